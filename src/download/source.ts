import type { StageContext } from "../core/progress.js";
import type { FileType } from "./file-type.js";

/** What a server said of a file, so that the next download can ask whether it changed. */
export interface Validators {
  etag: string | null;
  last_modified: string | null;
}

/** A place that call records come from: one per scheme, chosen by `openSource`. */
export interface Source {
  /** The source as the manifest keeps it: free of what may not be kept. */
  text: string;
  /** The source as an error names it: free of signatures in a query. */
  shown: string;
  /** Absolute path of the file that later stages read. */
  file: string;
  type: FileType;
  /** Name of the manifest in the data folder: a function of the source alone, and another for every other source. */
  manifest: string;
  /**
   * Writes the bytes of the source to a new file; absent where the file is used in place.
   *
   * @param part path to write to
   * @param before what the server said of the file that is there, when that is intact
   * @returns what the server says now, or "unchanged" when it says that the file is still the same
   */
  write?(part: string, before: Validators | undefined, context: StageContext): Promise<Validators | "unchanged">;
}

/** Makes the source of a text that has its scheme. */
export type OpenSource = (text: string, dataDir: string) => Source;
