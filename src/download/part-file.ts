import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { faultCode } from "../core/fault.js";
import { isProcessAlive } from "../core/process-life.js";
import type { Version } from "./http/remote.js";

let made = 0;

/** What a part holds the beginning of: kept beside it, so that another process can continue. */
export interface PartNote {
  server: string | null;
  version: Version;
  /** True when its bytes are known to be on the disk. */
  synced: boolean;
}

/**
 * A new name beside a file, to write to and rename from. What ended processes left under such names is taken over when a
 * note of its version lies beside it, else removed.
 *
 * Each call gives another name, so that two downloads of one source at a time do not write into one file.
 */
export async function newPart(file: string): Promise<string> {
  const folder = dirname(file);
  const part = `${file}.${process.pid}-${++made}.part`;
  let taken = false;
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${basename(file)}.`));
  for (const name of names.filter((each) => isLeft(each.slice(basename(file).length)))) {
    const path = join(folder, name);
    // a note without its part, or a part without its note, is worth nothing
    if (name.endsWith(".json")) {
      if (!names.includes(name.slice(0, -".json".length))) await rm(path, { force: true });
    } else if (name.endsWith(".unpacked")) {
      await rm(path, { force: true });
    } else if (!taken && names.includes(`${name}.json`)) {
      taken = await takeOver(path, part);
    } else {
      await removePart(path);
    }
  }
  return part;
}

/** Who renames it first has it. */
async function takeOver(path: string, part: string): Promise<boolean> {
  try {
    await rename(path, part);
    await rename(noteOf(path), noteOf(part));
    return true;
  } catch (error) {
    if (faultCode(error) !== "ENOENT") throw error;
    return false;
  }
}

/** Writes down what a part holds. */
export async function writeNote(part: string, note: PartNote): Promise<void> {
  await writeFile(noteOf(part), JSON.stringify(note));
}

/** What a part holds, or undefined when that is not known. */
export async function readNote(part: string): Promise<PartNote | undefined> {
  try {
    return JSON.parse(await readFile(noteOf(part), "utf8")) as PartNote;
  } catch {
    return undefined;
  }
}

/** Leaves a part for the next download of its file, of this process or another. */
export async function keepPart(part: string): Promise<void> {
  // no process has the number 0
  const kept = part.replace(/\.\d+-\d+\.part$/, ".0-0.part");
  await rename(noteOf(part), noteOf(kept));
  await rename(part, kept);
}

export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await removeNote(part);
}

export async function removeNote(part: string): Promise<void> {
  await rm(noteOf(part), { force: true });
}

const noteOf = (part: string) => `${part}.json`;

/** True for the end of the name of a part, or a note, whose process is gone. */
function isLeft(end: string): boolean {
  const owner = /^\.(\d+)-\d+\.part(\.json|\.unpacked)?$/.exec(end)?.[1];
  return owner !== undefined && !isProcessAlive({ pid: Number(owner) });
}
