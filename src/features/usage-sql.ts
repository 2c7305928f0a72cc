import { name } from "../store/database.js";
import type { CoveredLog } from "./covered-log.js";
import { daysBefore } from "./day-places.js";
import { daysNeeded, type Feature, type FeaturePlan, longestWindow } from "./feature-plan.js";
import { needsHistories } from "./histories-sql.js";
import { isOfLifetime, LIFETIME } from "./lifetime-features.js";
import { isOfAttribute } from "./plan-attributes.js";
import { isStandard, type StandardFeature } from "./standard-features.js";
import { standardExpressions } from "./standard-sql.js";
import { type WeightedSums, weightedSums } from "./weighted-sums.js";
import { plannedMeasures, unitOf } from "./whole-numbers.js";
import { type WindowSums, windowSums } from "./window-sums.js";

/**
 * The query for what subscribers did: rows of `past` are first summed by stretch of days between the ends of windows, then the
 * stretches to windows, so that a row is touched once however many windows it lies in; each feature is an expression of those sums,
 * of the subscriber's first day and, where the plan looks at the whole past, of `histories`.
 */
export function usageFeatures(plan: FeaturePlan, log: CoveredLog): string {
  const own = plan.features.filter((feature) => !isOfAttribute(feature));
  const [windows, weighted] = [windowSums(plan), weightedSums(plan)];
  const expression = usageExpressions(plan, log, { windows, weighted });
  const list = own.map(
    (feature) => `CAST(${whereFull(plan, feature, expression(feature))} AS DOUBLE) AS ${name(feature.name)}`,
  );
  const histories = needsHistories(plan);
  const days = [
    `${daysBefore(log)} AS log_days`,
    `${ageOf(log)} AS age`,
    ...(histories ? [`${daysBefore(log)} - last_active + 1 AS recency`] : []),
  ];
  const weights = weighted.query(longestWindow(plan));
  return `SELECT DP_MSISDN, ${list.join(", ")} FROM (
      SELECT *, ${days.join(", ")} FROM (${windows.query()})
        JOIN first_days USING (DP_MSISDN)${histories ? " LEFT JOIN histories USING (DP_MSISDN)" : ""}${weights ? ` LEFT JOIN (${weights}) USING (DP_MSISDN)` : ""})`;
}

/** The SQL of a feature where its window is full, else nothing: days before the log began are no silence. */
function whereFull(plan: FeaturePlan, feature: Feature, sql: string): string {
  const days = daysNeeded(feature);
  if (days <= 1) return sql;
  // what compares days with days asks for them of the subscriber, too; in plans of before it took those before the first record for silence
  const compares = plan.version === 2 && ["trend", "slope", "variability"].includes(feature.kind);
  return `CASE WHEN log_days >= ${days}${compares ? ` AND age >= ${days}` : ""} THEN ${sql} END`;
}

/** Covered days from a subscriber's first one to the snapshot. */
function ageOf(log: CoveredLog): string {
  return log.missing.length ? `${daysBefore(log)} - place + 1` : "DATE_DIFF('day', first_day, CAST($1 AS DATE))";
}

/** What the SQL of a feature is made of. */
export interface Sums {
  windows: WindowSums;
  weighted: WeightedSums;
}

/** Gives the SQL of features, over the sums that it asks for. */
export function usageExpressions(
  plan: FeaturePlan,
  log: Pick<CoveredLog, "first" | "missing">,
  { windows, weighted }: Sums,
): (feature: Feature) => string {
  const standard = standardExpressions(plan, log, windows, weighted);
  const behaviour = behaviourExpressions(plan, windows);
  return (feature) => (isStandard(feature) ? standard(feature) : behaviour(feature));
}

function behaviourExpressions(
  plan: FeaturePlan,
  { over }: WindowSums,
): (feature: Exclude<Feature, StandardFeature>) => string {
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
