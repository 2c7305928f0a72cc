import { attributeValue } from "./attribute-sql.js";
import { isCustom } from "./custom-feature.js";
import { type Feature, type FeaturePlan, longestWindow } from "./feature-plan.js";
import { legacyExpressions } from "./legacy-sql.js";
import { isOfAttribute } from "./plan-attributes.js";
import { usageExpressions } from "./usage-sql.js";
import { WEIGHT, type WeightedSums } from "./weighted-sums.js";
import { LOG_UNITS, MILLIONTHS } from "./whole-numbers.js";
import { isSameWeekday, type WindowSums } from "./window-sums.js";

/**
 * The SQL of each feature as a person reads it, by name: over the rows of the subscriber's covered days before the snapshot, whose columns are the
 * measures, `age` (days back) and `active`, as features of one's own have them.
 *
 * It is the SQL that is run, with the sums of windows written out, and without the whole millionths in which they are added up.
 */
export function shownSql(plan: FeaturePlan): Map<string, string> {
  const log = { first: "", missing: [] };
  const usage = usageExpressions(plan, log, { windows: shownSums(plan), weighted: shownWeights(plan) });
  const legacy = plan.set === "seed" ? legacyExpressions(plan) : undefined;
  return new Map(plan.features.map((feature) => [feature.name, shown(feature)]));

  function shown(feature: Feature): string {
    if (isCustom(feature)) return feature.within ? `${feature.sql} -- rows of age <= ${feature.within}` : feature.sql;
    if (isOfAttribute(feature)) return attributeValue(feature).replaceAll("CAST($1 AS DATE)", "snapshot_day");
    if (feature.kind === "tenure") return `least(max(age), ${feature.window})`;
    if (feature.kind === "days_since_last_activity" && plan.set !== "standard") return "min(age) FILTER (WHERE active)";
    const sql = legacy?.get(feature.name) ?? usage(feature);
    return plain(named(plan, sql));
  }
}

/** Sums over windows as they would be written over the rows. */
function shownSums(plan: FeaturePlan): WindowSums {
  return {
    over(column, to, from = 1) {
      const days = from === 1 ? `age <= ${to}` : `age BETWEEN ${from} AND ${to}`;
      if (column === "active_days") return `count(*) FILTER (WHERE active AND ${days})`;
      if (column === "rows") return `count(*) FILTER (WHERE ${days})`;
      if (column === "all_logs") return `sum(${allLogs(plan)}) FILTER (WHERE ${days})`;
      if (column === "weekday_logs") {
        return `sum(${allLogs(plan)}) FILTER (WHERE ${days} AND ${isSameWeekday("day").replace("CAST($1 AS DATE)", "snapshot_day")})`;
      }
      const [, index, what] = /^m(\d+)_(\w+)$/.exec(column) ?? [];
      const measure = plan.measures[Number(index)]?.column ?? column;
      if (what === "use") return `count(*) FILTER (WHERE ${measure} <> 0 AND ${days})`;
      const inside =
        { age: `${measure} * age`, square: `${measure} * ${measure}`, ...logsOf(measure) }[what ?? ""] ?? measure;
      return `coalesce(sum(${inside}) FILTER (WHERE ${days}), 0)`;
    },
    query: () => "",
  };
}

/** Sums over weighted days as they would be written over the rows. */
function shownWeights(plan: FeaturePlan): WeightedSums {
  const window = longestWindow(plan);
  return {
    of(what, halfLife) {
      const weight = `pow(2, -age / ${halfLife})`;
      if (what === "active") return `sum(${weight}) FILTER (WHERE active AND age <= ${window})`;
      return `sum(${what} * ${weight}) FILTER (WHERE age <= ${window})`;
    },
    weights: (halfLife, days) => `sum_of_pow(2, -day / ${halfLife}, day in 1 … least(age, ${days}))`,
    query: () => undefined,
  };
}

/** The logarithms of a measure's days, and their squares. */
const logsOf = (measure: string) => ({ logs: `ln(1 + ${measure})`, log_squares: `ln(1 + ${measure}) ** 2` });

const allLogs = (plan: FeaturePlan) => plan.measures.map(({ column }) => `ln(1 + ${column})`).join(" + ");

/** With the columns of the log in the place of their aliases. */
const named = (plan: FeaturePlan, sql: string) =>
  sql
    .replace(/\bm(\d+)_(ever|logs|log_squares)\b/g, (_, index, what) => {
      const column = plan.measures[Number(index)]?.column ?? "";
      return `sum(${{ ever: column, ...logsOf(column) }[what as "ever" | "logs" | "log_squares"]})`;
    })
    .replace(/\ball_logs\b/g, `sum(${allLogs(plan)})`)
    .replace(/\ball_log_squares\b/g, `sum((${allLogs(plan)}) ** 2)`)
    .replace(/\bm(\d+)\b/g, (alias, index) => plan.measures[Number(index)]?.column ?? alias);

/** Without the units in which whole numbers are counted. */
const plain = (sql: string) =>
  sql
    .replace(new RegExp(`CAST\\(round\\((coalesce\\([^()]*\\)) \\* ${MILLIONTHS}\\) AS BIGINT\\)`, "g"), "$1")
    .replace(
      new RegExp(` / (${LOG_UNITS ** 2}|${WEIGHT}|${LOG_UNITS}|${MILLIONTHS}|1)(?![\\d.])`.replaceAll("+", "\\+"), "g"),
      "",
    )
    .replace(/CAST\((sum\([^()]*(?:\([^()]*\)[^()]*)*\)) AS DOUBLE\)/g, "$1");
