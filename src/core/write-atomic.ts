import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "./errors.js";
import { faultCode } from "./fault.js";
import { FILE_FAULTS } from "./file-faults.js";
import { makeFolder } from "./make-folder.js";

let writes = 0;

/**
 * Writes a file beside its place, flushes it and renames it into place, so that a crash leaves the old file or the new one.
 * Folders that are missing are made.
 *
 * @throws ChurnError WRITE_FAILED for a folder that cannot be made, STORE_FULL where no space is left; else the error of the file system
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  // two writes of one path in one process must not share a part
  const beside = `${path}.${process.pid}-${writes++}.part`;
  try {
    const file = await open(beside, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    const code = faultCode(error);
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    const [fault, hint] = FILE_FAULTS[code];
    throw new ChurnError("STORE_FULL", `${path}: ${fault}`, { cause: error, hint });
  }
}
