import { attributeValue } from "./attribute-sql.js";
import { isCustom } from "./custom-feature.js";
import type { Feature, FeaturePlan } from "./feature-plan.js";
import { legacyExpressions } from "./legacy-sql.js";
import { isOfAttribute } from "./plan-attributes.js";
import { usageExpressions, type WindowSums } from "./usage-sql.js";
import { MILLIONTHS } from "./whole-numbers.js";

/**
 * The SQL of each feature as a person reads it, by name: over the rows of the subscriber's covered days before the snapshot, whose columns are the
 * measures, `age` (days back) and `active`, as features of one's own have them.
 *
 * It is the SQL that is run, with the sums of windows written out, and without the whole millionths in which they are added up.
 */
export function shownSql(plan: FeaturePlan): Map<string, string> {
  const usage = usageExpressions(plan, shownSums(plan));
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
      const [, index, what] = /^m(\d+)_(\w+)$/.exec(column) ?? [];
      const measure = plan.measures[Number(index)]?.column ?? column;
      const inside = { age: `${measure} * age`, square: `${measure} * ${measure}` }[what ?? ""] ?? measure;
      return `coalesce(sum(${inside}) FILTER (WHERE ${days}), 0)`;
    },
    query: () => "",
  };
}

/** With the columns of the log in the place of their aliases. */
const named = (plan: FeaturePlan, sql: string) =>
  sql.replace(/\bm(\d+)\b/g, (alias, index) => plan.measures[Number(index)]?.column ?? alias);

/** Without the units in which whole numbers are counted. */
const plain = (sql: string) =>
  sql
    .replace(new RegExp(`CAST\\(round\\((coalesce\\([^()]*\\)) \\* ${MILLIONTHS}\\) AS BIGINT\\)`, "g"), "$1")
    .replace(new RegExp(` / (${MILLIONTHS ** 2}|${MILLIONTHS}|1)(?![\\d.])`, "g"), "");
