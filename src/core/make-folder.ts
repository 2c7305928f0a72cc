import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder, and those above it that are missing.
 *
 * Node's own recursive way never ends where a folder is there that can have no child, as /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  const made = await make(path);
  if (made !== "ENOENT") return;
  await makeFolder(dirname(path));
  if ((await make(path)) === "ENOENT") await mkdir(path);
}

/** "ENOENT" when a folder above is missing. */
async function make(path: string): Promise<"ENOENT" | undefined> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(path) !== path) return code;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return undefined;
    throw error;
  }
  return undefined;
}
