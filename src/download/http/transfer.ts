import type { FileHandle } from "node:fs/promises";
import type { Checksums } from "../checksums.js";
import type { Remote, Version } from "./remote.js";

/** A file that is being fetched. */
export interface Transfer {
  remote: Remote;
  partial: string;
  file: FileHandle;
  /** Bytes that are in the file. */
  done: number;
  version: Version | undefined;
  sums: Checksums | undefined;
  /** True when what came once did not have its checksum. */
  damaged: boolean;
}
