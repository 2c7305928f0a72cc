import { removeBatches } from "./added-records.js";
import { refreshDailySummary } from "./daily-summary.js";
import type { Database } from "./database.js";

/** The batches of rows that were made up: the ledger has the origin of a stream as its source. */
const MADE_UP = "kind = 'stream' AND source = 'resample'";

/** Rows that no log has: `stream --origin resample` made them up from the last loaded week. */
export interface ResampledRows {
  rows: number;
  batches: number;
  /** `YYYY-MM-DD` */
  firstDay: string;
  lastDay: string;
}

/** Counts the rows that were made up; undefined when there are none. */
export async function findResampledRows(db: Database): Promise<ResampledRows | undefined> {
  const found = await db.row<ResampledRows>(
    `SELECT CAST(sum(rows) AS BIGINT) AS rows, count(*) AS batches, CAST(min(first_day) AS VARCHAR) AS firstDay,
      CAST(max(last_day) AS VARCHAR) AS lastDay FROM batches WHERE ${MADE_UP}`,
  );
  // the sum of no rows has no days
  return found?.firstDay ? found : undefined;
}

/**
 * Removes the rows that were made up, with their batches of the ledger: all or none. Their streams may begin again.
 *
 * @returns what was removed; undefined when there was nothing
 */
export async function removeResampledRows(db: Database): Promise<ResampledRows | undefined> {
  // on its own, since a key that a transaction deletes cannot come back in the same one
  return db.transaction(async () => {
    const found = await findResampledRows(db);
    if (!found) return undefined;
    const batches = await db.rows<{ batch_id: number }>(`SELECT batch_id FROM batches WHERE ${MADE_UP}`);
    const nothing = { rows: "SELECT DP_DATE, DP_MSISDN FROM DP_CDR_Data LIMIT 0", given: [], batchId: 0 };
    const list = batches.map(({ batch_id }) => batch_id);
    const { days } = await removeBatches(db, list, nothing);
    await refreshDailySummary(db, days);
    return found;
  });
}

/** What a page has to say where such rows are among those that it is made of; undefined where there are none. */
export async function resampledNote(db: Database): Promise<string | undefined> {
  const found = await findResampledRows(db);
  if (!found) return undefined;
  const { rows, firstDay, lastDay } = found;
  return `${rows.toLocaleString("en-US")} rows of ${firstDay} … ${lastDay} are in no log: stream --origin resample made them from the last loaded week; "churn store remove-resampled" takes them out`;
}
