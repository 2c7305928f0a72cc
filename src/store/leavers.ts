import type { Database } from "./database.js";

/** Subscribers who left, and the day on which they did; one may come back and leave again. */
export const LEAVERS = `CREATE TABLE IF NOT EXISTS leavers (
    DP_MSISDN VARCHAR NOT NULL,
    left_on DATE NOT NULL,
    PRIMARY KEY (DP_MSISDN, left_on)
  )`;

/** What a list of leavers holds. */
export interface LeaversCount {
  leavings: number;
  subscribers: number;
  /** First and last day on which somebody left, `YYYY-MM-DD`. */
  first: string;
  last: string;
  /** Subscribers of the list of whom the log knows nothing. */
  notInLog: number;
}

/** Counts who left; undefined where nobody did. */
export async function countLeavers(db: Database): Promise<LeaversCount | undefined> {
  const found = await db.row<{ [Key in keyof LeaversCount]: LeaversCount[Key] | null }>(
    `SELECT count(*) AS leavings, count(DISTINCT DP_MSISDN) AS subscribers, CAST(min(left_on) AS VARCHAR) AS first,
      CAST(max(left_on) AS VARCHAR) AS last,
      (SELECT count(DISTINCT DP_MSISDN) FROM leavers ANTI JOIN DP_CDR_Data USING (DP_MSISDN)) AS "notInLog" FROM leavers`,
  );
  return found?.leavings ? (found as LeaversCount) : undefined;
}

/**
 * Puts rows in the place of all leavers. To be called in a transaction.
 *
 * @param rows a query for subscriber and day
 */
export async function replaceLeavers(db: Database, rows: string): Promise<void> {
  // a key that is deleted cannot come back in the same transaction
  await db.run("DROP TABLE IF EXISTS leavers");
  await db.run(LEAVERS);
  await db.run(`INSERT INTO leavers ${rows}`);
}
