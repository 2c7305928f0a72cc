import { open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "./errors.js";
import { faultCode } from "./fault.js";
import { FILE_FAULTS } from "./file-faults.js";
import { makeFolder } from "./make-folder.js";

let writes = 0;

/**
 * Writes a file beside its place, flushes it and renames it into place, so that a crash leaves the old file or the new one.
 * Folders that are missing are made. A link stays and the file that it names is written; a file keeps its mode.
 *
 * @throws ChurnError WRITE_FAILED for a file that is read-only, or a folder that cannot be made, STORE_FULL where no space is left; else the error of the file system
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  const { target, mode, isFile } = await placeOf(path);
  // a device or a pipe is no place to put a file
  if (!isFile) return writeFile(target, content);
  // two writes of one path in one process must not share a part
  const beside = `${target}.${process.pid}-${writes++}.part`;
  try {
    const file = await open(beside, "w");
    try {
      // as it was: a file that only its owner may read stays so
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    const code = faultCode(error);
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    const [fault, hint] = FILE_FAULTS[code];
    throw new ChurnError("STORE_FULL", `${path}: ${fault}`, { cause: error, hint });
  }
}

/** The file that a path names, and its mode; a link that leads nowhere is a place like any other. */
async function placeOf(path: string): Promise<{ target: string; mode?: number; isFile: boolean }> {
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined) return { target: path, isFile: true };
  const file = await stat(target);
  const { mode } = file;
  if ((mode & 0o222) === 0) {
    throw new ChurnError("WRITE_FAILED", `cannot write ${path}, it is read-only`, { hint: `chmod u+w ${path}` });
  }
  return { target, mode: mode & 0o7777, isFile: file.isFile() || file.isDirectory() };
}
