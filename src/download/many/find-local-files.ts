import { type Dirent, existsSync, type Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, parse, relative, resolve, sep } from "node:path";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { faultCode } from "../../core/fault.js";
import { isAnyText, isPart, typeOfName } from "../file-type.js";
import { type LeftOut, listNames } from "./left-out.js";
import { hasPattern, namePattern } from "./pattern.js";

/** Why a file is none that could be read, by its name. */
export const NO_LOG = "not .csv, .tsv, .txt, .dat or .parquet";

/** A file on this machine that may be a log. */
export interface LocalFile {
  path: string;
  /** Its path from the folder, or from the fixed part of the pattern, with `/` between the names. */
  name: string;
  bytes: number;
  mtimeMs: number;
}

/** What was found in a folder, or for a pattern. */
export interface LocalFiles {
  files: LocalFile[];
  leftOut: LeftOut[];
}

/** A folder, or a pattern from it on. */
interface Place {
  root: string;
  /** The names of the pattern, one a folder; none for all that is in the folder. */
  parts: string[];
}

/**
 * Finds the logs in a folder, or those that fit a pattern, in an order that is the same on every machine.
 *
 * Folders are searched to their bottom. What is hidden, or set aside as Spark and Hadoop do it (`_SUCCESS`, `_temporary`), is not looked
 * at; a link to a file that is found anyway is left out, and so is what is no log by its name, or empty.
 *
 * @param text path of a folder, or a pattern: `cdr/*`, `cdr/**`, `cdr/2024-0[1-3].csv`
 * @param own folder that the program itself writes to: nothing below it is a log, unless it is what `text` names
 * @throws ChurnError NOT_FOUND when nothing is there that could be a log, with what is
 */
export async function findLocalFiles(text: string, own?: string): Promise<LocalFiles> {
  const place = placeOf(resolve(text));
  const search = new Search(place.root, own === undefined ? undefined : resolve(own));
  await search.match(place.root, place.parts);
  const { leftOut } = search;
  const files = search.found();
  if (files.length === 0) throw await nothingFound(text, place, leftOut);
  const kept = search.hasLinks ? await withoutLinks(place.root, files, leftOut) : files;
  return { files: kept.sort(byName), leftOut: leftOut.sort(byName) };
}

/** True for a path that stands for several files: a folder, or a pattern where no file has this very name. */
export function isLocalMany(path: string, found: Stats | undefined): boolean {
  return found ? found.isDirectory() : hasPattern(placeOf(resolve(path)).parts.join("/"));
}

/** The folder in which a pattern begins: names are taken as they stand for as long as something of this name is there. */
function placeOf(path: string): Place {
  const { root } = parse(path);
  const parts = path.slice(root.length).split(sep).filter(Boolean);
  let folder = root;
  while (parts.length && (!hasPattern(parts[0]) || existsSync(join(folder, parts[0])))) {
    folder = join(folder, parts.shift() as string);
  }
  return { root: folder, parts };
}

class Search {
  readonly files: LocalFile[] = [];
  readonly leftOut: LeftOut[] = [];
  hasLinks = false;
  readonly #root: string;
  readonly #own: string | undefined;
  readonly #seen = new Set<string>();
  /** Folders on the way to the one that is read, by their true paths: a link may lead back to one of them. */
  readonly #above: string[] = [];

  constructor(root: string, own: string | undefined) {
    this.#root = root;
    this.#own = own;
  }

  /** Takes what fits the rest of a pattern from a folder on. */
  async match(folder: string, parts: readonly string[]): Promise<void> {
    const [part, ...rest] = parts;
    if (part === undefined) return this.#enter(folder, (entry) => this.#takeAll(folder, entry));
    if (part === "**") {
      if (rest.length === 0) return this.match(folder, []);
      await this.match(folder, rest);
      return this.#enter(folder, async (entry) => {
        if (!isAside(entry.name) && (await this.#isFolder(folder, entry))) {
          await this.match(join(folder, entry.name), parts);
        }
      });
    }
    if (!hasPattern(part) || existsSync(join(folder, part))) return this.#step(join(folder, part), rest);
    const pattern = namePattern(part);
    return this.#enter(folder, async (entry) => {
      // some file systems keep é as two letters
      if (pattern.test(entry.name) || pattern.test(entry.name.normalize())) {
        await this.#step(join(folder, entry.name), rest, entry);
      }
    });
  }

  async #step(path: string, rest: readonly string[], entry?: Dirent): Promise<void> {
    const isFolder = entry ? await this.#isFolder(dirname(path), entry) : (await statOf(path))?.isDirectory();
    if (isFolder) return this.match(path, rest);
    if (rest.length === 0) await this.#take(path);
  }

  async #isFolder(folder: string, entry: Dirent): Promise<boolean> {
    if (!entry.isSymbolicLink()) return entry.isDirectory();
    this.hasLinks = true;
    return (await statOf(join(folder, entry.name)))?.isDirectory() ?? false;
  }

  /** Reads a folder, unless a link has led back to it. */
  async #enter(folder: string, take: (entry: Dirent) => Promise<void>): Promise<void> {
    if (this.#own !== undefined && folder === this.#own && folder !== this.#root) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (faultCode(error) === "ENOENT" || faultCode(error) === "ENOTDIR") return [];
      throw error;
    });
    if (entries.length === 0) return;
    const real = await realpath(folder);
    if (this.#above.includes(real)) return;
    this.#above.push(real);
    for (const entry of entries) await take(entry);
    this.#above.pop();
  }

  async #takeAll(folder: string, entry: Dirent): Promise<void> {
    const path = join(folder, entry.name);
    if (isAside(entry.name)) {
      if (entry.isFile()) this.#leave(path, entry.name.startsWith(".") ? "hidden" : "its name begins with _");
      return;
    }
    if (await this.#isFolder(folder, entry)) return this.match(path, []);
    await this.#take(path);
  }

  async #take(path: string): Promise<void> {
    if (this.#seen.has(path)) return;
    this.#seen.add(path);
    const file = basename(path);
    if (!typeOfName(file) && !isPart(file)) return this.#leave(path, NO_LOG);
    const found = await statOf(path);
    if (!found) {
      if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) this.#leave(path, "a link that leads nowhere");
      return;
    }
    if (!found.isFile()) return this.#leave(path, "not a file");
    if (found.size === 0) return this.#leave(path, "empty");
    this.files.push({ path, name: this.#nameOf(path), bytes: found.size, mtimeMs: found.mtimeMs });
  }

  /** The files that may be logs; among those that are, a text of any kind is a note. */
  found(): LocalFile[] {
    const logs = this.files.filter(({ path }) => !isAnyText(path));
    if (logs.length === 0) return this.files;
    const texts = this.files.filter(({ path }) => isAnyText(path));
    for (const { path } of texts) this.#leave(path, "a text beside logs of another type");
    return logs;
  }

  #leave(path: string, why: string): void {
    this.leftOut.push({ name: this.#nameOf(path), why });
  }

  #nameOf(path: string): string {
    return relative(this.#root, path).split(sep).join("/");
  }
}

/** True for what is hidden, or set aside as Spark and Hadoop do it; `_x=1` is a partition. */
function isAside(name: string): boolean {
  return name.startsWith(".") || (name.startsWith("_") && !name.includes("="));
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(faultCode(error) ?? "")) return undefined;
    throw error;
  });
}

/** By the letters of the name, whatever order the file system has. */
function byName(a: { name: string }, b: { name: string }): number {
  const [one, two] = [a.name.normalize(), b.name.normalize()];
  return one < two ? -1 : one > two ? 1 : 0;
}

/** Leaves out links to files that are there under their own names, too: `latest.csv` is no other log. */
async function withoutLinks(root: string, files: readonly LocalFile[], leftOut: LeftOut[]): Promise<LocalFile[]> {
  const realRoot = await realpath(root);
  const found = await Promise.all(files.map(async (file) => ({ file, real: await realpath(file.path) })));
  const kept = new Map<string, LocalFile>();
  for (const { file, real } of found) if (real === join(realRoot, file.name)) kept.set(real, file);
  for (const { file, real } of found.sort((a, b) => byName(a.file, b.file))) {
    const same = kept.get(real);
    if (same === undefined) kept.set(real, file);
    else if (same !== file) leftOut.push({ name: file.name, why: `a link to ${same.name}` });
  }
  return [...kept.values()];
}

/** The error of a place without a log, with what is there. */
async function nothingFound(text: string, { root, parts }: Place, leftOut: readonly LeftOut[]): Promise<ChurnError> {
  const fault = parts.length ? `no log fits ${text}` : `no log is in ${text}`;
  if (leftOut.length) {
    const files = leftOut.length === 1 ? "the one file there is" : `none of the ${leftOut.length} files there is`;
    return new ChurnError("NOT_FOUND", `${fault}: ${files} ${leftOut.length === 1 ? "not" : "one"}`, {
      hint: `left out: ${listNames(leftOut.map(({ name, why }) => `${name} (${why})`))}`,
    });
  }
  const { folder, missing } = nearestFolder(root);
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith(".")).sort();
  if (missing === undefined) {
    const has = names.length ? `has ${listNames(names)}` : "is empty";
    return new ChurnError("NOT_FOUND", fault, { hint: `${folder} ${has}` });
  }
  const near = closestMatch(missing, names);
  return new ChurnError("NOT_FOUND", `${fault}: ${folder} has no ${missing}`, {
    hint: near ? `did you mean ${join(folder, near)}?` : `it has ${listNames(names) || "nothing"}`,
  });
}

/** The nearest folder that is there, and the name that it lacks. */
function nearestFolder(path: string): { folder: string; missing: string | undefined } {
  let folder = path;
  let missing: string | undefined;
  while (!existsSync(folder) && folder !== dirname(folder)) {
    missing = basename(folder);
    folder = dirname(folder);
  }
  return { folder, missing };
}
