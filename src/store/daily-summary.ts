import type { ColumnTable } from "arquero";
import type { Database } from "./database.js";
import type { Store } from "./open-store.js";

/** Brings `DailySummary` up to date for the days from `first` to `last`; running it again changes nothing. */
export async function updateDailySummary(db: Database, first: string, last: string): Promise<void> {
  await db.run(
    `INSERT OR REPLACE INTO DailySummary
     SELECT DP_DATE, sum(DP_MOC_COUNT), sum(DP_MOC_DURATION), sum(DP_DATA_COUNT), sum(DP_DATA_VOLUME)
     FROM DP_CDR_Data WHERE DP_DATE BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) GROUP BY DP_DATE`,
    [first, last],
  );
}

/**
 * Outgoing calls, outgoing call time (seconds), data purchases and data volume (MB), summed by day: table `DailySummary`.
 *
 * @param startDate first day, `YYYY-MM-DD`; all days when left out
 */
export function dailySummary(store: Store, startDate = "0001-01-01"): Promise<ColumnTable> {
  return store.lease((db) =>
    db.table(`SELECT * FROM DailySummary WHERE "Date" >= CAST($1 AS DATE) ORDER BY "Date"`, [startDate]),
  );
}
