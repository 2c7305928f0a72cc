import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import { FILE_FAULTS } from "../core/file-faults.js";

/**
 * The error of the file system as a user can act on it: permissions, a full or broken disk, a file where a folder should be.
 *
 * @returns ChurnError DOWNLOAD_FAILED naming the path; undefined for any other error, and for one that is a ChurnError
 *   already
 */
export function fileFault(error: unknown): ChurnError | undefined {
  if (error instanceof ChurnError) return undefined;
  const code = faultCode(error) ?? "";
  // that nothing is there is told by whoever looked for it
  const known = code === "ENOENT" ? undefined : FILE_FAULTS[code];
  if (!known) return undefined;
  const { path } = error as NodeJS.ErrnoException;
  const [fault, hint] = known;
  return new ChurnError("DOWNLOAD_FAILED", `cannot read or write ${path ?? "the file"}: ${fault}`, {
    cause: error,
    hint,
  });
}
