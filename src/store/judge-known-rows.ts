import { cellsOf } from "../cdr/columns.js";
import { broughtBy } from "./added-records.js";
import { type Database, name } from "./database.js";
import { logColumns } from "./log-columns.js";

/**
 * What a row whose subscriber-day is in the store is to it: the same row again; the same with a cell that was missing; another
 * row of it (day records contradict each other); or more events of the day, which add up.
 */
export type KnownRow = "same" | "fills" | "contradicts" | "adds";

/** How many rows are of each kind. */
export type KnownRows = Record<KnownRow, number>;

/**
 * Makes the temporary table `known` (place, verdict, batch_id, DP_DATE, DP_MSISDN) of the rows whose subscriber-day is in the store.
 *
 * @param rows a query for `place`, DP_DATE, DP_MSISDN and the cells `given`, one row a subscriber-day
 * @param own the batches whose rows these are, should they be here again: what these brought is compared, all else adds up;
 *   "all" where a row is a day's record
 */
export async function judgeKnownRows(
  db: Database,
  rows: string,
  given: readonly string[],
  own: readonly number[] | "all",
): Promise<KnownRows> {
  const all = (test: (cell: string) => string) => ["true", ...given.map(name).map(test)].join(" AND ");
  const agrees = all((cell) => `(o.${cell} IS NULL OR a.${cell} IS NOT DISTINCT FROM o.${cell})`);
  const equal = all((cell) => `a.${cell} IS NOT DISTINCT FROM o.${cell}`);
  const compared = own === "all" ? "DP_CDR_Data" : `(${broughtBy(own, cellsOf(await logColumns(db)))})`;
  await db.run(`CREATE OR REPLACE TEMP TABLE known AS
    SELECT a.place, a.DP_MSISDN, a.DP_DATE, coalesce(o.batch_id, s.batch_id) AS batch_id,
      CASE WHEN o.batch_id IS NULL THEN 'adds' WHEN ${equal} THEN 'same' WHEN ${agrees} THEN 'fills' ELSE 'contradicts' END AS verdict
    FROM (${rows}) a JOIN DP_CDR_Data s USING (DP_MSISDN, DP_DATE) LEFT JOIN ${compared} o USING (DP_MSISDN, DP_DATE)`);
  return countKnownRows(db);
}

/** Counts the rows of `known`, or those of some places. */
export async function countKnownRows(db: Database, where = "true"): Promise<KnownRows> {
  const counts: KnownRows = { same: 0, fills: 0, contradicts: 0, adds: 0 };
  const found = await db.rows<{ verdict: KnownRow; rows: number }>(
    `SELECT verdict, count(*) AS rows FROM known WHERE ${where} GROUP BY verdict`,
  );
  for (const { verdict, rows } of found) counts[verdict] = rows;
  return counts;
}

/** How the records of a store are: a row a day, or events that add up; as its last load had them. */
export const GRAIN_OF_STORE = "SELECT notes FROM batches WHERE kind = 'load' ORDER BY batch_id DESC LIMIT 1";

/** Reads the grain from the notes of a load; a store without one keeps day records. */
export function parseGrain(notes: string | undefined): "day" | "event" {
  const { cells }: { cells?: { grain?: "day" | "event" } } = JSON.parse(notes ?? "{}");
  return cells?.grain ?? "day";
}
