import type { DownloadedFile } from "./downloaded-file.js";

/** One of the files of a source of many. */
export interface FileOfMany extends DownloadedFile {
  /** How it is called among the others. */
  name: string;
  /** Its path, or where it comes from: what the ledger calls it. */
  source: string;
  /** Names of its columns. */
  columns: readonly string[];
}
