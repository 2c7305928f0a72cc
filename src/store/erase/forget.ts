import { ChurnError } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import type { Store } from "../open-store.js";
import { type ErasedResult, erase } from "./erase.js";
import { erasureOf } from "./erasure.js";

/** What became of subscribers who were to be forgotten. */
export interface ForgetResult extends ErasedResult {
  /** How many were named, and how many of them the tables knew nothing of. */
  subscribers: number;
  unknown: number;
}

/**
 * Forgets subscribers: takes every row of theirs out of all tables and derived files, and remembers hashes of their numbers, so that
 * a file that is loaded later does not bring them back.
 *
 * @param options.dataDir folder of the derived files
 * @param options.dryRun only counts
 * @throws ChurnError BAD_USAGE for nobody; ALREADY_RUNNING while a stream runs
 */
export async function forgetSubscribers(
  store: Store,
  {
    subscribers,
    dataDir = "data",
    dryRun = false,
  }: { subscribers: readonly string[]; dataDir?: string; dryRun?: boolean },
  context: StageContext = {},
): Promise<ForgetResult> {
  const ids = [...new Set(subscribers.map((id) => id.trim()))].filter((id) => id !== "");
  if (ids.length === 0) throw new ChurnError("BAD_USAGE", "nobody is named who is to be forgotten");
  let unknown = 0;
  const result = await erase(
    store,
    async (db) => {
      const erasure = await erasureOf(db, ids);
      const known = erasure.rows.filter(({ where }) => where.startsWith("DP_MSISDN") || where.startsWith('"User"'));
      const tables = known.map(
        ({ table, where }) => `SELECT ${where.split(" ", 1)[0]} AS id FROM main."${table}" WHERE ${where}`,
      );
      const found = await db.oneRow<{ n: number }>(
        `SELECT count(*) AS n FROM erased_people WHERE id NOT IN (SELECT id FROM (${tables.join(" UNION ALL ")}))`,
      );
      unknown = found.n;
      return erasure;
    },
    { dataDir, dryRun },
    context,
  );
  const asStored =
    "numbers count as the store has them: where it keeps telephone numbers as digits (id_form), +49 170… is 49170… there";
  const notes = unknown > 0 ? [asStored, ...result.notes] : result.notes;
  return { ...result, notes, subscribers: ids.length, unknown };
}
