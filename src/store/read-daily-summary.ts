import type { ColumnTable } from "arquero";
import type { Store } from "./open-store.js";

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
