import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "./errors.js";
import { faultCode, messageOf } from "./fault.js";

/**
 * Makes a folder, and those above it that are missing.
 *
 * Node's own recursive way never ends where a folder is there that can have no child, as /proc.
 *
 * @throws ChurnError WRITE_FAILED naming the folder
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    if ((await make(path)) !== "ENOENT") return;
    await makeFolder(dirname(path));
    if ((await make(path)) === "ENOENT") await mkdir(path);
  } catch (cause) {
    if (cause instanceof ChurnError) throw cause;
    throw new ChurnError("WRITE_FAILED", `cannot make the folder ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** "ENOENT" when a folder above is missing. */
async function make(path: string): Promise<"ENOENT" | undefined> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = faultCode(error);
    if (code === "ENOENT" && dirname(path) !== path) return code;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return undefined;
    throw error;
  }
  return undefined;
}
