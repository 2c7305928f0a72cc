import { name } from "../store/database.js";
import { isCustom } from "./custom-feature.js";
import type { FeaturePlan } from "./feature-plan.js";
import { plannedMeasures, unitOf, whole } from "./whole-numbers.js";

/** The query for the features of the legacy set: the day before the snapshot, of `past`. */
export function legacyFeatures(plan: FeaturePlan): string {
  const list = [...legacyExpressions(plan)].map(([feature, sql]) => `CAST(${sql} AS DOUBLE) AS ${name(feature)}`);
  return `SELECT DP_MSISDN, ${list.join(", ")} FROM past WHERE age = 1`;
}

/** The SQL of each feature of the legacy set, by name, over the rows of one day. */
export function legacyExpressions(plan: FeaturePlan): Map<string, string> {
  const measureOf = plannedMeasures(plan);
  const expressions = new Map<string, string>();
  for (const feature of plan.features) {
    if (feature.kind === "log1p") {
      expressions.set(feature.name, `ln(1 + ${expressions.get(feature.of)})`);
      continue;
    }
    if (isCustom(feature)) continue;
    if (!("measure" in feature))
      throw new Error(`feature ${feature.name}: kind ${feature.kind} is not of the legacy set`);
    const measure = measureOf(feature.measure);
    const value = whole(measure, measure.alias);
    const unit = unitOf(measure);
    const sum = `CAST(sum(${value}) OVER () AS DOUBLE) / ${unit}`;
    const squares = `CAST(sum(CAST(${value} AS HUGEINT) * ${value}) OVER () AS DOUBLE) / ${unit ** 2}`;
    const n = "count(*) OVER ()";
    const statistic = {
      value: `${value} / ${unit}`,
      day_sum: sum,
      day_mean: `${sum} / ${n}`,
      // the sample standard deviation, 0 where a day has one row only
      day_stddev: `coalesce(sqrt(greatest(${squares} - (${sum}) * (${sum}) / ${n}, 0) / nullif(${n} - 1, 0)), 0)`,
    }[feature.kind as "value" | "day_sum" | "day_mean" | "day_stddev"];
    expressions.set(feature.name, statistic);
  }
  return expressions;
}
