import { addToRows, fillRows } from "./added-records.js";
import type { Database } from "./database.js";
import type { KnownRows } from "./judge-known-rows.js";

/**
 * Writes the rows that `judgeKnownRows` found to change the store: those that add to a row, and those that fill its missing
 * cells. To be called in a transaction.
 *
 * @param known how many there are of each kind
 * @param rows a query for `place`, DP_DATE, DP_MSISDN and the cells `given`
 * @param own as `judgeKnownRows` was told
 */
export async function writeKnownRows(
  db: Database,
  known: KnownRows,
  rows: string,
  { given, own, batchId }: { given: readonly string[]; own: readonly number[] | "all"; batchId: number },
): Promise<void> {
  for (const verdict of ["adds", "fills"] as const) {
    if (known[verdict] === 0) continue;
    await db.run(`CREATE OR REPLACE TEMP TABLE some_known AS
      SELECT * FROM (${rows}) WHERE place IN (SELECT place FROM known WHERE verdict = '${verdict}')`);
    if (verdict === "adds") await addToRows(db, "some_known", given, batchId);
    else await fillRows(db, "some_known", given, own);
    await db.run("DROP TABLE temp.some_known");
  }
}
