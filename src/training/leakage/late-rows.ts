import type { Database } from "../../store/database.js";

/** Rows that came into the store later than on the day after their own, of batches that came while their days were new. */
export interface LateRows {
  rows: number;
  late: number;
  /** Median days from the day of a late row to the day on which it came. */
  delay: number;
}

/** Days after its last one by which a batch has come that was no load of history. */
const IS_NEW = 31;

/**
 * Counts rows that a snapshot of the day after them did not have yet. The ledger knows when a batch came; loads of history tell nothing, and do not
 * count.
 *
 * @returns null when all was loaded as history
 */
export async function lateRows(db: Database): Promise<LateRows | null> {
  const found = await db.oneRow<{ rows: number; late: number; delay: number | null }>(
    `SELECT count(*) AS rows, count(*) FILTER (delay > 1) AS late, CAST(median(delay) FILTER (delay > 1) AS DOUBLE) AS delay
     FROM (SELECT DATE_DIFF('day', d.DP_DATE, CAST(b.committed_at AS DATE)) AS delay
       FROM DP_CDR_Data d JOIN batches b USING (batch_id)
       WHERE DATE_DIFF('day', b.last_day, CAST(b.committed_at AS DATE)) BETWEEN 0 AND ${IS_NEW})`,
  );
  return found.rows ? { rows: found.rows, late: found.late, delay: found.delay ?? 0 } : null;
}
