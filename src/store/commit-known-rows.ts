import { CDR_COLUMNS } from "../cdr/columns.js";
import { type BatchPlan, tableOrder, writeLedgerRow, writeRest } from "./batch-plan.js";
import { updateDailySummary } from "./daily-summary.js";
import type { Database } from "./database.js";
import type { CommittedBatch, NewBatch } from "./new-batch.js";

/**
 * Writes a batch some of whose rows have the key of a row in the store, or of one another: the same row is left out, one
 * that contradicts it is set aside.
 */
export async function commitKnownRows(db: Database, batch: NewBatch, plan: BatchPlan): Promise<CommittedBatch> {
  const given = CDR_COLUMNS.map(({ name }) => name).filter((name) => plan.columns[name]);
  const same = given
    .filter((name) => name !== "DP_DATE" && name !== "DP_MSISDN")
    .map((name) => `a.${name} IS NOT DISTINCT FROM s.${name}`);
  const raw = `concat_ws(',', ${given.map((name) => `coalesce(CAST(a.${name} AS VARCHAR), '')`).join(", ")})`;
  // the lines that were refused before have the numbers that the rows skipped
  const line = `a.id - ${plan.rowId - 1}`;
  return db.transaction(async () => {
    await db.run("CREATE OR REPLACE TEMP TABLE arriving AS SELECT * FROM DP_CDR_Data LIMIT 0");
    await db.append("arriving", tableOrder(plan.columns, plan), plan.lines, "temp");
    await db.run(`CREATE OR REPLACE TEMP TABLE known AS
      SELECT a.id, coalesce(${["true", ...same].join(" AND ")}, false) AS same, 'contradicts the row of this subscriber and day from batch ' || s.batch_id AS reason, ${raw} AS raw
      FROM arriving a JOIN DP_CDR_Data s USING (DP_MSISDN, DP_DATE)
      UNION ALL
      SELECT a.id, false, 'a second row of this subscriber and day', ${raw} FROM arriving a
      WHERE NOT EXISTS (FROM DP_CDR_Data s WHERE s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE)
      QUALIFY row_number() OVER (PARTITION BY DP_MSISDN, DP_DATE ORDER BY a.id) > 1`);
    const contradicting = await db.rows<{ line: number; reason: string; raw: string }>(
      `SELECT ${line} AS line, reason, raw FROM known a WHERE NOT same ORDER BY id`,
    );
    const rows = await db.run(`INSERT INTO DP_CDR_Data SELECT * FROM arriving WHERE id NOT IN (SELECT id FROM known)`);
    const span = await db.row<{ first_day: string | null; last_day: string | null }>(
      "SELECT CAST(min(DP_DATE) AS VARCHAR) AS first_day, CAST(max(DP_DATE) AS VARCHAR) AS last_day FROM arriving",
    );
    const { first_day, last_day } = span as { first_day: string | null; last_day: string | null };
    const refused = batch.rejects?.length ?? 0;
    const counts = {
      lines: plan.lines + refused,
      rows,
      rejected: refused + contradicting.length,
      stored_before: plan.lines - rows - contradicting.length,
      first_day,
      last_day,
    };
    await writeLedgerRow(db, batch, plan.batchId, counts);
    if (first_day && last_day) await updateDailySummary(db, first_day, last_day);
    const places = placesOf(batch, plan.lines);
    const found = contradicting.map(({ line, reason, raw }) => ({
      line: places[line - 1],
      column_name: null,
      reason,
      raw,
    }));
    await writeRest(db, { ...batch, rejects: [...(batch.rejects ?? []), ...found] }, plan.batchId);
    await db.run("DROP TABLE temp.arriving; DROP TABLE temp.known");
    return { batch_id: plan.batchId, ...counts, written: true };
  });
}

/** Where each row stood in what was sent: rows that were refused before have their own places. */
function placesOf({ rejects = [] }: NewBatch, lines: number): number[] {
  const taken = new Set(rejects.map(({ line }) => line));
  const places: number[] = [];
  for (let place = 1; places.length < lines; place++) if (!taken.has(place)) places.push(place);
  return places;
}
