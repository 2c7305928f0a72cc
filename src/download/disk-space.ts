import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "../core/errors.js";
import { gigabytes } from "./size-limit.js";

/**
 * Refuses to begin what the disk cannot hold.
 *
 * @param bytes how many more are to be written beside `path`
 * @throws ChurnError DOWNLOAD_FAILED
 */
export async function checkSpace(path: string, bytes: number, shown: string): Promise<void> {
  const folder = dirname(path);
  // some network file systems do not say: the write itself will
  const disk = await statfs(folder).catch(() => undefined);
  if (!disk || disk.blocks === 0) return;
  const free = disk.bavail * disk.bsize;
  if (bytes <= free) return;
  throw new ChurnError(
    "DOWNLOAD_FAILED",
    `no space is left for ${shown}: it needs ${gigabytes(bytes)}, and ${folder} has ${gigabytes(free)}`,
    { hint: "make room, or name another folder in data_dir" },
  );
}
