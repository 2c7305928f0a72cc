import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isProcessAlive } from "./process-life.js";

/** What a process that was killed leaves beside a file that it wrote: `out.ipynb.123-0.part`, its number in the name. */
const PART = /\.(\d+)-\d+\.part$/;

/** Takes away the parts of a file that killed processes have left; those of a process that lives are its own. */
export async function removeDeadParts(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [end, pid] = name.startsWith(basename(path)) ? (PART.exec(name) ?? []) : [];
    if (end === undefined || name !== basename(path) + end || isProcessAlive({ pid: Number(pid) })) continue;
    // another run may take it away, too
    await rm(join(folder, name), { force: true });
  }
}
