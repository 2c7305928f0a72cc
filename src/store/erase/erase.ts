import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import type { Database } from "../database.js";
import { eraseInMysql } from "../mysql/erase-in-mysql.js";
import { WriteConflict } from "../mysql/push-changes.js";
import type { Store } from "../open-store.js";
import { type DerivedFiles, findDerivedFiles } from "./derived-files.js";
import { type ErasedCounts, type ErasedRows, eraseRows, lookForRows } from "./erase-rows.js";
import type { Erasure } from "./erasure.js";

/** What was taken out, or would be. */
export interface ErasedResult extends ErasedCounts {
  store: string;
  dryRun: boolean;
  /** Files that were made of the rows: written again without them, and removed, to be made again when they are needed. */
  filesRewritten: string[];
  filesRemoved: string[];
  /** What cannot be reached from here. */
  notes: string[];
}

/** How often it is begun again because another session changed a MySQL database meanwhile. */
const ATTEMPTS = 6;

/**
 * Takes rows out of a store and of the files that were made of them: all of it, or nothing. Streams are kept out meanwhile.
 *
 * Files are prepared before and renamed after the rows are gone; after a crash in between, the same call does the rest.
 *
 * @param erasureOf says what goes, asked once for each attempt
 */
export async function erase(
  store: Store,
  erasureOf: (db: Database) => Promise<Erasure>,
  { dataDir, dryRun }: { dataDir: string; dryRun: boolean },
  { onProgress, signal }: StageContext = {},
): Promise<ErasedResult> {
  const { mirror } = store;
  const claim = dryRun ? undefined : await store.claimStream("taking rows out", { signal });
  const report = (done: number) => onProgress?.({ task: "take rows out", done, total: 4, unit: "steps" });
  let files: DerivedFiles | undefined;
  try {
    await mirror?.ready();
    return await store.lease(
      async (db) => {
        for (let attempt = 1; ; attempt++) {
          report(0);
          const erasure = await erasureOf(db);
          const found = await lookForRows(db, erasure);
          throwIfInterrupted(signal, "taking rows out");
          report(1);
          files = await findDerivedFiles(db, erasure, { dataDir, mark: store.mark });
          if (dryRun) return resultOf(store, found, files, true);
          await files.prepare();
          report(2);
          try {
            await db.transaction(async () => {
              await eraseRows(db, erasure, found);
              report(3);
              if (mirror) await eraseInMysql(db, mirror.server, erasure, found);
            });
          } catch (error) {
            if (!mirror || !(error instanceof WriteConflict)) throw error;
            if (attempt === ATTEMPTS) {
              throw new ChurnError("STORE_BUSY", `${mirror.server.place}: other sessions keep changing it`, {
                cause: error,
                hint: "run it again when they are done",
              });
            }
            await mirror.pull(db);
            continue;
          }
          await files.finish();
          report(4);
          return resultOf(store, found, files, false);
        }
      },
      { signal, unjournaled: true },
    );
  } finally {
    await files?.dispose();
    claim?.release();
  }
}

function resultOf(store: Store, { counts }: ErasedRows, files: DerivedFiles, dryRun: boolean): ErasedResult {
  const place = store.mirror?.server.place ?? store.path;
  const { rewritten, removed } = files;
  return { store: place, dryRun, ...counts, filesRewritten: rewritten, filesRemoved: removed, notes: notesOn(store) };
}

function notesOn({ mirror }: Store): string[] {
  return [
    "not reached: the files that were loaded (logs, attributes, lists of leavers), copies and backups of the store, executed notebooks and their pages, scores and reports that were written to files of your own",
    mirror
      ? "the server keeps the rows in its binary log and in freed pages until it writes over them"
      : "the DuckDB file keeps freed pages until it writes over them; churn store forget and retain write it anew with --rewrite-file",
  ];
}
