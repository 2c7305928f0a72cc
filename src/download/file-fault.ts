import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";

const FAULTS: Readonly<Record<string, [fault: string, hint: string]>> = {
  EACCES: ["permission denied", "check who may read and write there"],
  EPERM: ["permission denied", "check who may read and write there"],
  EROFS: ["the file system is read-only", "name another folder in data_dir"],
  ENOSPC: ["no space is left", "make room, or name another folder in data_dir"],
  EDQUOT: ["no space is left for you", "make room, or name another folder in data_dir"],
  EEXIST: ["it is a file", "name a folder in data_dir"],
  ENOTDIR: ["a file is where a folder should be", "name a folder in data_dir"],
  EIO: ["the disk failed", "check the disk"],
};

/**
 * The error of the file system as a user can act on it: permissions, a full or broken disk, a file where a folder should be.
 *
 * @returns ChurnError DOWNLOAD_FAILED naming the path; undefined for any other error, and for one that is a ChurnError
 *   already
 */
export function fileFault(error: unknown): ChurnError | undefined {
  if (error instanceof ChurnError) return undefined;
  const known = FAULTS[faultCode(error) ?? ""];
  if (!known) return undefined;
  const { path } = error as NodeJS.ErrnoException;
  const [fault, hint] = known;
  return new ChurnError("DOWNLOAD_FAILED", `cannot read or write ${path ?? "the file"}: ${fault}`, {
    cause: error,
    hint,
  });
}
