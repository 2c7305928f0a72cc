import { name } from "../store/database.js";
import type { CoveredLog } from "./covered-log.js";
import { daysBefore } from "./day-places.js";
import type { Feature, FeaturePlan } from "./feature-plan.js";
import { needsHistories } from "./histories-sql.js";
import { isOfLifetime, LIFETIME } from "./lifetime-features.js";
import { isOfAttribute } from "./plan-attributes.js";
import { plannedMeasures, unitOf, whole } from "./whole-numbers.js";

/**
 * The query for what subscribers did: rows of `past` are first summed by stretch of days between the ends of windows, then the
 * stretches to windows, so that a row is touched once however many windows it lies in; each feature is an expression of those sums,
 * of the subscriber's first day and, where the plan looks at the whole past, of `histories`.
 */
export function usageFeatures(plan: FeaturePlan, log: CoveredLog): string {
  const own = plan.features.filter((feature) => !isOfAttribute(feature));
  const sums = windowSums(plan);
  const expression = usageExpressions(plan, sums);
  const list = own.map((feature) => `CAST(${expression(feature)} AS DOUBLE) AS ${name(feature.name)}`);
  const histories = needsHistories(plan);
  const days = [`${ageOf(log)} AS age`, ...(histories ? [`${daysBefore(log)} - last_active + 1 AS recency`] : [])];
  return `SELECT DP_MSISDN, ${list.join(", ")} FROM (
      SELECT *, ${days.join(", ")} FROM (${sums.query()})
        JOIN first_days USING (DP_MSISDN)${histories ? " LEFT JOIN histories USING (DP_MSISDN)" : ""})`;
}

/** Covered days from a subscriber's first one to the snapshot. */
function ageOf(log: CoveredLog): string {
  return log.missing.length ? `${daysBefore(log)} - place + 1` : "DATE_DIFF('day', first_day, CAST($1 AS DATE))";
}

/** Sums over windows of days before the snapshot. */
export interface WindowSums {
  /** SQL for a sum over the days `from` … `to` before the snapshot, as a double. */
  over(column: string, to: number, from?: number): string;
  /** The query that makes what `over` was asked for: a row a subscriber. */
  query(): string;
}

function windowSums(plan: FeaturePlan): WindowSums {
  const ends = [...new Set(plan.features.flatMap(endsOf))].sort((x, y) => x - y);
  const stretch = ends.length
    ? `CASE ${ends.map((end, index) => `WHEN age <= ${end} THEN ${index}`).join(" ")} END`
    : "0";
  const wholes = plan.measures.map((measure, index) => `${whole(measure, `m${index}`)} AS m${index}`);
  const stretches = plan.measures.flatMap((_, index) => [
    `sum(m${index}) AS m${index}_sum`,
    `sum(CAST(m${index} AS HUGEINT) * age) AS m${index}_age`,
    `sum(CAST(m${index} AS HUGEINT) * m${index}) AS m${index}_square`,
  ]);
  const asked = new Map<string, string>();
  return {
    over(column, to, from = 1) {
      const first = from === 1 ? 0 : ends.indexOf(from - 1) + 1;
      const sql = `coalesce(CAST(sum(${column}) FILTER (stretch BETWEEN ${first} AND ${ends.indexOf(to)}) AS DOUBLE), 0)`;
      const alias = asked.get(sql) ?? `w${asked.size}`;
      asked.set(sql, alias);
      return alias;
    },
    query: () => {
      const own = ["min(last_age) AS last_age", ...[...asked].map(([sql, alias]) => `${sql} AS ${alias}`)];
      const sums = [
        "min(age) FILTER (active) AS last_age",
        "sum(CAST(active AS INTEGER)) AS active_days",
        ...stretches,
      ];
      return `SELECT DP_MSISDN, ${own.join(", ")} FROM (
          SELECT DP_MSISDN, ${stretch} AS stretch, ${sums.join(", ")}
          FROM (SELECT ${["DP_MSISDN", "age", "active", ...wholes].join(", ")} FROM past) GROUP BY ALL)
        GROUP BY DP_MSISDN`;
    },
  };
}

/** The days before the snapshot at which a feature begins or ends to look. */
function endsOf(feature: Feature): number[] {
  if (!("window" in feature)) return [];
  return feature.kind === "trend" ? [feature.window, 2 * feature.window] : [feature.window];
}

/** Gives the SQL of features, over the sums of windows that it asks for. */
export function usageExpressions(plan: FeaturePlan, { over }: WindowSums): (feature: Feature) => string {
  const measureOf = plannedMeasures(plan);
  const total = (name: string, to: number, from = 1): string => {
    const measure = measureOf(name);
    return `${over(`${measure.alias}_sum`, to, from)} / ${unitOf(measure)}`;
  };
  return (feature) => {
    switch (feature.kind) {
      case "sum":
        return total(feature.measure, feature.window);
      case "mean":
        return `${total(feature.measure, feature.window)} / nullif(${over("active_days", feature.window)}, 0)`;
      case "active_days":
        return over("active_days", feature.window);
      case "days_since_last_activity":
        return plan.set === "standard" ? LIFETIME[feature.kind].sql : "last_age";
      case "tenure":
        return `least(age, ${feature.window})`;
      case "trend": {
        const last = total(feature.measure, feature.window);
        const previous = total(feature.measure, 2 * feature.window, feature.window + 1);
        // what goes back counts as what comes in: a share of all that moved
        const moved = measureOf(feature.measure).negative ? `abs(${last}) + abs(${previous})` : `${last} + ${previous}`;
        return `(${last} - ${previous}) / nullif(${moved}, 0)`;
      }
      case "slope": {
        // with days k = n + 1 − age: slope = Σ(k − k̄)x / Σ(k − k̄)², and Σ(k − k̄)² = n(n² − 1)/12
        const measure = measureOf(feature.measure);
        const n = feature.window;
        const byAge = `${over(`${measure.alias}_age`, n)} / ${unitOf(measure)}`;
        return `(${(n + 1) / 2} * ${total(feature.measure, n)} - ${byAge}) / nullif(${(n * (n * n - 1)) / 12}, 0)`;
      }
      case "variability": {
        const measure = measureOf(feature.measure);
        const n = feature.window;
        const sum = total(feature.measure, n);
        const squares = `${over(`${measure.alias}_square`, n)} / ${unitOf(measure) ** 2}`;
        return `sqrt(greatest(${squares} - (${sum}) * (${sum}) / ${n}, 0) / ${Math.max(n - 1, 1)}) / nullif(${measure.negative ? "abs" : ""}(${sum}) / ${n}, 0)`;
      }
      case "out_share": {
        const outgoing = total(feature.outgoing, feature.window);
        return `${outgoing} / nullif(${outgoing} + ${total(feature.incoming, feature.window)}, 0)`;
      }
      default:
        if (isOfLifetime(feature)) return LIFETIME[feature.kind].sql;
        throw new Error(`feature ${feature.name}: kind ${feature.kind} is not of the ${plan.set} set`);
    }
  };
}
