import { cellsOf } from "../cdr/columns.js";
import { type Database, name } from "./database.js";
import { logColumns } from "./log-columns.js";

/** Days from one to another, both included: `YYYY-MM-DD`. */
export interface DaySpan {
  first: string;
  last: string;
}

/** Number that no batch has: it marks rows whose days are being replaced. */
const NOBODY = 0;

/** SQL for whether a day lies in a span. */
export const inSpan = ({ first, last }: DaySpan, day = "DP_DATE") =>
  `${day} BETWEEN DATE '${first}' AND DATE '${last}'`;

/**
 * Takes the rows of some days from all batches that brought them, and empties them: their places wait for the rows that are brought in
 * their stead, since a key that is deleted cannot come back in the same transaction. To be called in a transaction, with
 * `fillVacated` for each batch that comes, and `dropVacated` at its end.
 *
 * A load that has no other rows leaves the ledger, with the rows that it set aside.
 *
 * @returns how many rows they are
 */
export async function vacateDays(db: Database, days: DaySpan): Promise<number> {
  const cells = cellsOf(await logColumns(db));
  const own = inSpan(days, "s.DP_DATE");
  await db.run(`CREATE OR REPLACE TEMP TABLE leaving AS
    SELECT batch_id, sum(owned) AS owned, sum(added) AS added FROM (
      SELECT batch_id, 1 AS owned, 0 AS added FROM DP_CDR_Data s WHERE ${own}
      UNION ALL SELECT r.batch_id, 0, 1 FROM added_records r JOIN DP_CDR_Data s USING (DP_MSISDN, DP_DATE)
        WHERE ${own} AND r.batch_id <> s.batch_id) GROUP BY batch_id`);
  await db.run(`UPDATE batches SET rows = rows - owned, merged = merged - added, lines = lines - owned - added
    FROM leaving WHERE batches.batch_id = leaving.batch_id`);
  await db.run(`DELETE FROM added_records WHERE ${inSpan(days)}`);
  await db.run(`DELETE FROM record_ids WHERE ${inSpan(days, "day")}`);
  const nothing = cells.map((cell) => `${name(cell.name)} = NULL`).join(", ");
  const rows = await db.run(`UPDATE DP_CDR_Data SET batch_id = ${NOBODY}, ${nothing} WHERE ${inSpan(days)}`);
  const empty = `SELECT b.batch_id FROM batches b JOIN leaving l USING (batch_id)
    WHERE ${isWithin(days)} AND b.kind = 'load' AND b.rows = 0 AND b.held_back = 0`;
  for (const table of ["rejects", "erased_rows"]) await db.run(`DELETE FROM ${table} WHERE batch_id IN (${empty})`);
  await db.run(`DELETE FROM batches WHERE batch_id IN (${empty})`);
  await db.run("DROP TABLE temp.leaving");
  return rows;
}

/** SQL for whether all rows of a batch are of some days. */
export const isWithin = ({ first, last }: DaySpan) => `b.first_day >= DATE '${first}' AND b.last_day <= DATE '${last}'`;

/**
 * Puts the rows of a batch into the places that `vacateDays` emptied.
 *
 * @param rows a query for DP_DATE, DP_MSISDN and the cells `given`
 * @returns how many had such a place
 */
export async function fillVacated(
  db: Database,
  { rows, given, batchId }: { rows: string; given: readonly string[]; batchId: number },
): Promise<number> {
  const cells = given.map((cell) => `${name(cell)} = a.${name(cell)}`);
  return db.run(`UPDATE DP_CDR_Data s SET ${[`batch_id = ${batchId}`, ...cells].join(", ")} FROM (${rows}) a
    WHERE s.batch_id = ${NOBODY} AND s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE`);
}

/** Deletes the places that nothing was brought for. */
export async function dropVacated(db: Database): Promise<void> {
  await db.run(`DELETE FROM DP_CDR_Data WHERE batch_id = ${NOBODY}`);
}
