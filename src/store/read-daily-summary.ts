import type { ColumnTable } from "arquero";
import { measuresOf } from "../cdr/columns.js";
import { SUMMED } from "./daily-summary.js";
import { name } from "./database.js";
import type { Store } from "./open-store.js";
import { recordColumns } from "./record-columns.js";

/**
 * The measures of the log, summed by day: the four of the table `DailySummary` (outgoing calls, outgoing call time in seconds, data
 * purchases, data volume in MB) under its names, every other one under its own; null on a day without a value.
 *
 * @param startDate first day, `YYYY-MM-DD`; all days when left out
 */
export async function dailySummary(store: Store, startDate = "0001-01-01"): Promise<ColumnTable> {
  const columns = measuresOf(await recordColumns(store));
  const others = columns.filter(({ name }) => !SUMMED.includes(name));
  const sums = others.map(({ name: measure }) => `, sum(${name(measure)}) AS ${name(measure)}`).join("");
  return store.lease((db) =>
    db.table(
      `SELECT s.*${others.map((measure) => `, o.${name(measure.name)}`).join("")} FROM DailySummary s
       LEFT JOIN (SELECT DP_DATE AS "the day"${sums} FROM DP_CDR_Data GROUP BY DP_DATE) o ON o."the day" = s."Date"
       WHERE s."Date" >= CAST($1 AS DATE) ORDER BY s."Date"`,
      [startDate],
    ),
  );
}
