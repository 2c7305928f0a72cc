import { name } from "../store/database.js";
import { isAmong } from "../store/is-among.js";
import { activeSql } from "./active-sql.js";
import { attributeValues } from "./attribute-sql.js";
import type { CompiledCustom } from "./compile-custom.js";
import type { CoveredLog } from "./covered-log.js";
import { isCustom } from "./custom-feature.js";
import { customValues } from "./custom-sql.js";
import { daysBefore } from "./day-places.js";
import { type FeaturePlan, lookback } from "./feature-plan.js";
import { futureRows, labelSql } from "./label-sql.js";
import { leaversSql } from "./leavers-sql.js";
import { legacyFeatures } from "./legacy-sql.js";
import { isOfAttribute } from "./plan-attributes.js";
import { usageFeatures } from "./usage-sql.js";

/** Parts of a plan that the database has to be asked for. */
export interface CompiledParts {
  /** Where the label is a list of leavers: the last day of which it knows all. */
  knownUntil: string | null;
  custom: readonly CompiledCustom[];
}

/**
 * Compiles a plan to one query: the snapshots of one day, `$1` = the snapshot day t.
 *
 * Only rows with `DP_DATE < t` reach the features, only rows with `DP_DATE >= t` the label. Sums run over whole
 * numbers, since the sum of doubles depends on the order in which threads add them, and a model must not.
 *
 * Time goes by covered days: a window of a week is the last seven days that the log covers, and no feature takes a day that is
 * not there for silence. A label whose window has such a day is known only where something was seen.
 *
 * The query needs the tables of `planTables`.
 *
 * @param log a label whose window reaches beyond its last day is null
 */
export function planSql(plan: FeaturePlan, log: CoveredLog, { knownUntil, custom }: CompiledParts): string {
  const usage = { ...plan, features: plan.features.filter((feature) => !isCustom(feature)) };
  const features = plan.set === "seed" ? legacyFeatures(usage) : usageFeatures(usage, log);
  const known = plan.features.filter(isOfAttribute);
  const list = plan.label === "leavers" ? leaversSql(plan, knownUntil) : undefined;
  return `WITH
    ${populationSql(plan, log, knownUntil)},
    features AS (${features}),${custom.length ? `\n    custom AS (${customValues(plan, log, custom)}),` : ""}${known.length ? `\n    known AS (${attributeValues(known)}),` : ""}
    future AS (${futureRows(plan)})
  SELECT CAST($1 AS DATE) AS "Date", DP_MSISDN AS "User", ${plan.features.map((feature) => name(feature.name)).join(", ")},
    ${list?.label ?? labelSql(plan, log)} AS "M_TENURE_CHURN"
  FROM population JOIN features USING (DP_MSISDN) LEFT JOIN future USING (DP_MSISDN)${list ? ` LEFT JOIN (${list.leaving}) USING (DP_MSISDN)` : ""}${known.length ? " LEFT JOIN known USING (DP_MSISDN)" : ""}${custom.length ? " LEFT JOIN custom USING (DP_MSISDN)" : ""}`;
}

/** The parts of the query that say who has a snapshot on the day `$1`: `past`, the rows of the days before, and `population`. */
export function populationSql(plan: FeaturePlan, log: CoveredLog, knownUntil: string | null): string {
  const list = plan.label === "leavers" ? leaversSql(plan, knownUntil) : undefined;
  return `past AS (${pastRows(plan, log)}),
    population AS (SELECT DP_MSISDN FROM past GROUP BY DP_MSISDN
      HAVING bool_or(active AND age <= ${plan.active_within})
        AND coalesce(arg_max(PSEUDO_CHURNED, DP_DATE), 0) = 0${list ? ` AND DP_MSISDN NOT IN (${list.gone})` : ""})`;
}

/**
 * Statements that make what no snapshot day changes: each subscriber's first day, and, where days are missing, the places of the
 * covered ones.
 */
export function planTables(log: CoveredLog): string[] {
  const { first, last, missing } = log;
  const rows = `SELECT DP_MSISDN, min(DP_DATE) AS first_day FROM DP_CDR_Data WHERE DP_DATE >= DATE '${first}'`;
  if (!missing.length) return [`CREATE OR REPLACE TEMP TABLE first_days AS ${rows} GROUP BY DP_MSISDN`];
  const all = `range(TIMESTAMP '${first}', TIMESTAMP '${last}' + INTERVAL 1 DAY, INTERVAL 1 DAY) days(day)`;
  return [
    `CREATE OR REPLACE TEMP TABLE covered AS SELECT day, row_number() OVER (ORDER BY day) AS place
      FROM (SELECT CAST(day AS DATE) AS day FROM ${all}) WHERE NOT ${isAmong("day", missing)}`,
    `CREATE OR REPLACE TEMP TABLE first_days AS SELECT DP_MSISDN, place
      FROM (${rows} AND DP_DATE IN (SELECT day FROM covered) GROUP BY DP_MSISDN) JOIN covered ON day = first_day`,
  ];
}

/** The rows of the covered days before the snapshot, with their age in covered days, the measures, and whether they show activity. */
function pastRows(plan: FeaturePlan, log: CoveredLog): string {
  const { first, missing } = log;
  const measures = plan.measures.map(({ column }, index) => `${name(column)} AS m${index}`);
  const cells = `DP_MSISDN, DP_DATE, PSEUDO_CHURNED, ${[...measures, `${activeSql(plan.measures)} AS active`].join(", ")}`;
  const before = "DP_DATE < CAST($1 AS DATE)";
  const reach = lookback(plan);
  if (missing.length) {
    return `SELECT * FROM (SELECT d.*, ${daysBefore(log)} - place + 1 AS age
      FROM (SELECT ${cells} FROM DP_CDR_Data WHERE ${before}) d JOIN covered ON day = DP_DATE) WHERE age <= ${reach}`;
  }
  return `SELECT ${cells}, DATE_DIFF('day', DP_DATE, CAST($1 AS DATE)) AS age FROM DP_CDR_Data
      WHERE ${before} AND DP_DATE >= CAST($1 AS DATE) - ${reach} AND DP_DATE >= DATE '${first}'`;
}
