import { readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Database, text } from "../database.js";
import { parquetRows } from "../file-sql.js";
import { parseSnapshotsFile } from "../snapshots-file.js";
import { parseBufferedRowsFile } from "../stream-files.js";
import type { Erasure } from "./erasure.js";

/** The files of a data folder that were made of the rows of a store. */
export interface DerivedFiles {
  rewritten: string[];
  removed: string[];
  /** Writes those that stay without the rows that go, beside their place. */
  prepare(): Promise<void>;
  /** Puts them into place, and removes the others. */
  finish(): Promise<void>;
  /** Removes what was prepared and not used. */
  dispose(): Promise<void>;
}

/**
 * Finds the files that hold rows of an erasure: snapshots as Parquet, and rows that wait for a stream, which it makes again.
 *
 * @param mark of the store: files of other stores may lie in the same folder
 */
export async function findDerivedFiles(
  db: Database,
  { subscribers, from }: Erasure,
  { dataDir, mark }: { dataDir: string; mark: string },
): Promise<DerivedFiles> {
  const folder = resolve(dataDir);
  const names = await readdir(folder).catch(() => []);
  const goes = from === null ? `"User" IN (SELECT id FROM erased_people)` : `"Date" < DATE '${from}'`;
  const rewritten: string[] = [];
  for (const name of names) {
    if (parseSnapshotsFile(name)?.mark !== mark) continue;
    const path = join(folder, name);
    if (await db.row(`SELECT 1 FROM ${parquetRows(path)} WHERE ${goes} LIMIT 1`)) rewritten.push(path);
  }
  // rows to come are younger than what goes for its age
  const waiting = subscribers.length ? names.filter((name) => parseBufferedRowsFile(name)) : [];
  const removed: string[] = [];
  for (const name of waiting) {
    const path = join(folder, name);
    const isWhole = parseBufferedRowsFile(name)?.isWhole;
    if (!isWhole) continue;
    const there = await db.row(
      `SELECT 1 FROM ${parquetRows(path)} WHERE DP_MSISDN IN (SELECT id FROM erased_people) LIMIT 1`,
    );
    if (there) removed.push(path);
  }
  const beside = (path: string) => `${path}.${process.pid}.part`;
  return {
    rewritten,
    removed,
    async prepare() {
      for (const path of rewritten) {
        await db.run(
          `COPY (SELECT * FROM ${parquetRows(path)} WHERE NOT ${goes} ORDER BY "Date", "User") TO ${text(beside(path))} (FORMAT parquet, COMPRESSION zstd)`,
        );
      }
    },
    async finish() {
      for (const path of rewritten) await rename(beside(path), path);
      for (const path of removed) await rm(path, { force: true });
    },
    async dispose() {
      for (const path of rewritten) await rm(beside(path), { force: true });
    },
  };
}
