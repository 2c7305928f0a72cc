import { ChurnError } from "../core/errors.js";
import { type Database, name } from "../store/database.js";
import { activeSql } from "./active-sql.js";
import { ACTIVE, AGE, type CompiledCustom, customColumns, inWords } from "./compile-custom.js";
import type { CoveredLog } from "./covered-log.js";
import { daysBefore, placeOfRow } from "./day-places.js";
import type { FeaturePlan } from "./feature-plan.js";

/**
 * The query for the features that somebody wrote, of the subscribers of `population`: over the rows of covered days before the snapshot `$1`
 * and of nothing else.
 */
export function customValues(plan: FeaturePlan, log: CoveredLog, compiled: readonly CompiledCustom[]): string {
  const windows = compiled.map(({ feature }) => feature.within ?? Number.POSITIVE_INFINITY);
  const reach = Math.max(...windows);
  const { place, join } = placeOfRow(log);
  const columns = customColumns(plan.measures).map((column) => `${column.sql} AS ${name(column.name)}`);
  const cells = ["DP_MSISDN", "DP_DATE", ...new Set(plan.measures.map(({ column }) => name(column)))];
  const rows = `SELECT ${cells.join(", ")}, ${daysBefore(log)} - ${place} + 1 AS ${AGE}, ${activeSql(plan.measures)} AS ${ACTIVE} FROM DP_CDR_Data${join}
      WHERE DP_DATE < CAST($1 AS DATE) AND DP_DATE >= DATE '${log.first}'`;
  const values = compiled.map(({ feature, value }) => `${value} AS ${name(feature.name)}`);
  return `SELECT DP_MSISDN, ${values.join(", ")} FROM (
      SELECT DP_MSISDN, ${compiled.flatMap(({ aggregates }) => aggregates).join(", ")}
      FROM (SELECT DP_MSISDN, ${columns.join(", ")} FROM (${rows}) SEMI JOIN population USING (DP_MSISDN))
      ${Number.isFinite(reach) ? `WHERE age <= ${reach} ` : ""}GROUP BY DP_MSISDN)`;
}

/** What to say when the snapshots of a day cannot be made because a feature of somebody cannot; undefined where none is to blame. */
export async function customFault(
  db: Database,
  plan: FeaturePlan,
  { log, custom, day }: { log: CoveredLog; custom: readonly CompiledCustom[]; day: string },
): Promise<ChurnError | undefined> {
  for (const each of custom) {
    const population = "SELECT DISTINCT DP_MSISDN FROM DP_CDR_Data";
    const sql = `WITH population AS (${population}), custom AS (${customValues(plan, log, [each])}) SELECT count(${name(each.feature.name)}) FROM custom`;
    try {
      await db.run(sql, [day]);
    } catch (error) {
      const { name: called, sql: written } = each.feature;
      return new ChurnError(
        "BAD_OPTION",
        `option "features.custom.${called}" cannot be computed for ${day}, as DuckDB says: ${inWords(error)}: ${JSON.stringify(written)}`,
        {
          cause: error,
          hint: "nullif(x, 0) makes a missing value of 0; greatest(x, 0) keeps a root or logarithm within its range",
        },
      );
    }
  }
  return undefined;
}
