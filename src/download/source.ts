import type { StageContext } from "../core/progress.js";
import type { DeclaredChecksums } from "./checksums.js";
import type { FileType } from "./file-type.js";
import type { TableRead } from "./mysql/table-read.js";
import type { DownloadSettings } from "./options.js";

/** What a server said of a file, so that the next download can ask whether it changed. */
export interface Validators extends DeclaredChecksums {
  etag: string | null;
  last_modified: string | null;
  /** Number of the version of an object in Cloud Storage. */
  generation: string | null;
}

/** What a server says when it says nothing. */
export const NO_VALIDATORS: Validators = {
  etag: null,
  last_modified: null,
  generation: null,
  crc32c: null,
  md5: null,
};

/** What was written, and whether the server keeps the file packed by gzip under a name that does not say so. */
export interface Written extends Validators {
  packed: boolean;
  /** What was read, of a table of a database. */
  read?: TableRead;
}

/** What is known of the file that is there. */
export interface FetchedBefore extends Validators {
  sha256: string;
  read?: TableRead;
}

/** How a file is fetched: the settings that say nothing of which file it is. */
export type FetchSettings = Pick<
  DownloadSettings,
  "credentials" | "endpoint" | "force" | "key_file" | "retries" | "size_limit" | "timeout"
>;

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
  /** True where it only gets more rows, and is asked for them by each download. */
  grows?: boolean;
  /** The server that settings choose, where the text does not name it: the same name is another file on another server. */
  server?(settings: FetchSettings): string;
  /**
   * Writes the bytes of the source to a new file; absent where the file is used in place.
   *
   * @param partial path to write to; it may hold the beginning already, with its version beside it
   * @param before what is known of the file that is there, when that is intact
   * @returns what the server says now, or "unchanged" when it says that the file is still the same
   */
  write?(
    partial: string,
    before: FetchedBefore | undefined,
    settings: FetchSettings,
    context: StageContext,
  ): Promise<Written | "unchanged">;
}

/** Makes the source of a text that has its scheme. */
export type OpenSource = (text: string, dataDir: string) => Source;
