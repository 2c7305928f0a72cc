import type { StageContext } from "../core/progress.js";
import type { SearchMemory } from "./search-memory.js";

/** What the training takes beside its options. */
export interface TrainContext extends StageContext {
  /** Keeps finished fits of the search, so that an interrupted training resumes where it was; see `folderMemory`. */
  memory?: SearchMemory;
  /** What a reader should know of how the data came to be, in sentences. */
  notes?: readonly string[];
}
