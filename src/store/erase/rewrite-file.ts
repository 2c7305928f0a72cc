import { rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { StageContext } from "../../core/progress.js";
import { name, text } from "../database.js";
import type { Store } from "../open-store.js";

/** Milliseconds in which a program that opened the old file before it was replaced has found it locked, and tries again. */
const SETTLE = 300;

/**
 * Writes the DuckDB file of a store anew, since what was deleted stays in its freed pages until they are written over. Only for a
 * process that does nothing else with the store meanwhile.
 *
 * The new file takes the place of the old one while that is still locked, so other programs find the one or the other.
 *
 * @returns bytes before and after
 */
export async function rewriteFile(
  store: Store,
  { onProgress, signal }: StageContext = {},
): Promise<{ before: number; after: number }> {
  const report = (done: number) => onProgress?.({ task: "write the file anew", done, total: 2, unit: "steps" });
  const beside = `${store.path}.${process.pid}.part`;
  try {
    return await store.lease(
      async (db) => {
        report(0);
        await db.run("CHECKPOINT");
        const before = (await stat(store.path)).size;
        const { now } = await db.oneRow<{ now: string }>("SELECT current_database() AS now");
        await db.run(`ATTACH ${text(beside)} AS rewritten`);
        await db.run(`COPY FROM DATABASE ${name(now)} TO rewritten`);
        await db.run("DETACH rewritten");
        report(1);
        await rename(beside, store.path);
        await sleep(SETTLE);
        report(2);
        return { before, after: (await stat(store.path)).size };
      },
      { signal, unjournaled: true },
    );
  } finally {
    for (const path of [beside, `${beside}.wal`]) await rm(path, { force: true });
  }
}
