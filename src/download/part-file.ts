import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

let made = 0;

/**
 * A new name beside a file, to write to and rename from; removes what ended processes left under such names.
 *
 * Each call gives another name, so that two downloads of one source at a time do not write into one file.
 */
export async function newPart(file: string): Promise<string> {
  const folder = dirname(file);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    const owner = /^\.(\d+)-\d+\.part$/.exec(name.slice(basename(file).length))?.[1];
    if (owner && !isRunning(Number(owner))) await rm(join(folder, name), { force: true });
  }
  return `${file}.${process.pid}-${++made}.part`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
