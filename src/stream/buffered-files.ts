import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { parseBufferedRowsFile } from "../store/stream-files.js";

/** Milliseconds from one sign that a file is in use to the next, and after how many without one nobody uses it. */
const BEAT = 15_000;
const UNUSED = 120_000;

/** Milliseconds after which a file goes that no stream of this store has begun with; one of another store may. */
const FORGOTTEN = 7 * 86_400_000;

interface StagedFile {
  path: string;
  /** Rows that it was made for. */
  rows: number;
}

function stagedFiles(folder: string, key: string): StagedFile[] {
  return readdirSync(folder).flatMap((file) => {
    const found = parseBufferedRowsFile(file);
    return found?.key === key && found.isWhole && found.rows !== undefined
      ? [{ path: join(folder, file), rows: found.rows }]
      : [];
  });
}

/** Finds a file of staged rows that is long enough, and says that it is in use: a longer one begins with the same rows. */
export function findStaged(folder: string, key: string, rows: number): string | undefined {
  const enough = stagedFiles(folder, key).filter((file) => file.rows >= rows);
  return enough.sort((a, b) => a.rows - b.rows).find(({ path }) => touch(path))?.path;
}

/** Removes the files of staged rows that are no longer of use, since `path` begins with the same rows; one that a stream reads stays. */
export function removeShorter(folder: string, key: string, path: string): void {
  const files = stagedFiles(folder, key);
  const rows = files.find((file) => file.path === path)?.rows ?? 0;
  for (const file of files) if (file.rows < rows) removeUnused(file.path, UNUSED);
}

/** Removes the staged files of other rows that nobody used for a week, but for those that a stream may continue with. */
export function removeForgotten(folder: string, keys: readonly string[]): void {
  for (const file of readdirSync(folder)) {
    const key = parseBufferedRowsFile(file)?.key;
    if (key && !keys.includes(key)) removeUnused(join(folder, file), FORGOTTEN);
  }
}

function removeUnused(path: string, after: number): void {
  const sign = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (sign !== undefined && Math.abs(Date.now() - sign) > after) rmSync(path, { force: true });
}

/** Says that a file is in use, again and again until the work is done. */
export async function whileUsed<T>(path: string, work: () => Promise<T>): Promise<T> {
  touch(path);
  const beat = setInterval(() => touch(path), BEAT).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

function touch(path: string): boolean {
  try {
    utimesSync(path, new Date(), new Date());
    return true;
  } catch {
    // somebody removed it just now
    return false;
  }
}
