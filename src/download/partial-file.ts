import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { faultCode } from "../core/fault.js";
import { isProcessAlive } from "../core/process-life.js";
import type { Version } from "./http/remote.js";

let made = 0;

/** What a partial file holds the beginning of: kept beside it, so that another process can continue. */
export interface PartialNote {
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
export async function newPartial(file: string): Promise<string> {
  const folder = dirname(file);
  const partial = `${file}.${process.pid}-${++made}.part`;
  let taken = false;
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${basename(file)}.`));
  for (const name of names.filter((each) => isLeft(each.slice(basename(file).length)))) {
    const path = join(folder, name);
    // a note without its partial file, or a partial file without its note, is worth nothing
    if (name.endsWith(".json")) {
      if (!names.includes(name.slice(0, -".json".length))) await rm(path, { force: true });
    } else if (/\.(unpacked|pieces)$/.test(name)) {
      await rm(path, { recursive: true, force: true });
    } else if (!taken && names.includes(`${name}.json`)) {
      taken = await takeOver(path, partial);
    } else {
      await removePartial(path);
    }
  }
  return partial;
}

/** Who renames it first has it. */
async function takeOver(path: string, partial: string): Promise<boolean> {
  try {
    await rename(path, partial);
    await rename(noteOf(path), noteOf(partial));
    return true;
  } catch (error) {
    if (faultCode(error) !== "ENOENT") throw error;
    return false;
  }
}

/** Writes down what a partial file holds, in `<partial>.json`, so that whoever finds it can continue. */
export async function writeNote(partial: string, note: PartialNote): Promise<void> {
  await writeFile(noteOf(partial), JSON.stringify(note));
}

/** What a partial file holds; undefined without a note, or with one that was cut off. */
export async function readNote(partial: string): Promise<PartialNote | undefined> {
  try {
    return JSON.parse(await readFile(noteOf(partial), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Leaves a partial file, with its note, for the next download of its file, of this process or another: under a name that no
 * running process owns.
 */
export async function keepPartial(partial: string): Promise<void> {
  // no process has the number 0
  const kept = partial.replace(/\.\d+-\d+\.part$/, ".0-0.part");
  await rename(noteOf(partial), noteOf(kept));
  await rename(partial, kept);
}

/** Removes a partial file and its note, where they are. */
export async function removePartial(partial: string): Promise<void> {
  await rm(partial, { force: true });
  await removeNote(partial);
}

/** Removes the note of a partial file whose bytes are no longer those that came: it was unpacked. */
export async function removeNote(partial: string): Promise<void> {
  await rm(noteOf(partial), { force: true });
}

const noteOf = (partial: string) => `${partial}.json`;

/** True for the end of the name of a partial file, or a note, whose process is gone. */
function isLeft(end: string): boolean {
  const owner = /^\.(\d+)-\d+\.part(\.json|\.unpacked|\.pieces)?$/.exec(end)?.[1];
  return owner !== undefined && !isProcessAlive({ pid: Number(owner) });
}
