import type { TableRead } from "../../download/mysql/table-read.js";
import type { RecordFile } from "./record-file.js";

/** A downloaded file and what its manifest says of it. */
export interface DownloadedFile extends RecordFile {
  /** Names the file in the ledger, from one state of it to the next: its path, or the source as it was given. */
  source?: string;
  bytes?: number;
  sha256: string;
  rows: number;
  /** What was read, of a table of a database. */
  read?: TableRead;
}
