import type { CoveredLog } from "./covered-log.js";
import { daysBefore } from "./day-places.js";
import type { FeaturePlan } from "./feature-plan.js";
import type { HalfLife, StandardFeature } from "./standard-features.js";
import type { WeightedSums } from "./weighted-sums.js";
import { WEIGHT } from "./weighted-sums.js";
import { LOG_UNITS, plannedMeasures, unitOf } from "./whole-numbers.js";
import { isSameWeekday, WEEKDAYS, type WindowSums } from "./window-sums.js";

/** What keeps a standard deviation of logarithms from being nothing: a tenth, some ten percent of use. */
const LEAST_SPREAD = 0.1;

/** Active days that an earlier level needs, and days that a spread over days does. */
const LEAST_ACTIVE_DAYS = 5;
const LEAST_DAYS = 14;

/** What a day's deviation must exceed to count for a change, in standard deviations (Page's reference value). */
const SLACK = 0.25;

/** Gives the SQL of the features that only the standard set has, over sums that it asks for, `histories`, and `age`. */
export function standardExpressions(
  plan: FeaturePlan,
  log: Pick<CoveredLog, "first" | "missing">,
  { over }: WindowSums,
  { of, weights }: WeightedSums,
): (feature: StandardFeature) => string {
  const measureOf = plannedMeasures(plan);
  const count = plan.measures.length;

  const activity = (halfLife: HalfLife, window: number) =>
    halfLife === "ever"
      ? "active_days / age"
      : `(coalesce(${of("active", halfLife)}, 0) / ${WEIGHT} / ${weights(halfLife, window)})`;

  const level = (name: string, halfLife: HalfLife) => {
    const measure = measureOf(name);
    const amount = halfLife === "ever" ? `CAST(${measure.alias}_ever AS DOUBLE)` : of(measure.alias, halfLife);
    const days = halfLife === "ever" ? "active_days" : of("active", halfLife);
    const mean = `(${amount} / ${unitOf(measure)} / nullif(${days}, 0))`;
    return measure.negative ? `(sign(${mean}) * ln(1 + abs(${mean})))` : `ln(1 + ${mean})`;
  };

  const ownLevel = (name: string, window: number) => {
    const { alias } = measureOf(name);
    const [now, logs] = [over("active_days", window), over(`${alias}_logs`, window)];
    const n = `(active_days - ${now})`;
    const mean = `((CAST(${alias}_logs AS DOUBLE) - ${logs}) / ${LOG_UNITS} / ${n})`;
    const squares = `((CAST(${alias}_log_squares AS DOUBLE) - ${over(`${alias}_log_squares`, window)}) / ${LOG_UNITS ** 2} / ${n})`;
    const spread = `sqrt(greatest(${squares} - ${mean} * ${mean}, 0) + ${LEAST_SPREAD ** 2})`;
    return `CASE WHEN ${n} >= ${LEAST_ACTIVE_DAYS} AND ${now} > 0 THEN (${logs} / ${LOG_UNITS} / ${now} - ${mean}) / ${spread} END`;
  };

  /** Page's statistic: the largest sum of deviations beyond the slack over days that end at the snapshot. */
  const cusum = (ends: readonly number[], sign: 1 | -1) => {
    const mean = `(CAST(all_logs AS DOUBLE) / ${LOG_UNITS} / age)`;
    const squares = `(CAST(all_log_squares AS DOUBLE) / ${LOG_UNITS ** 2} / age)`;
    const spread = `sqrt(greatest(${squares} - ${mean} * ${mean}, 0) + ${(LEAST_SPREAD * count) ** 2})`;
    const sums = ends.map((end) => {
      const days = `least(age, ${end})`;
      return `${sign} * (${over("all_logs", end)} / ${LOG_UNITS} - ${days} * ${mean}) / ${spread} - ${SLACK} * ${days}`;
    });
    return `CASE WHEN age >= ${LEAST_DAYS} THEN greatest(0, ${sums.join(", ")}) END`;
  };

  return (feature) => {
    switch (feature.kind) {
      case "level":
        return level(feature.measure, feature.half_life);
      case "level_change":
        return `${level(feature.measure, feature.half_life)} - ${level(feature.measure, feature.against)}`;
      case "activity_level":
        return activity(feature.half_life, feature.window);
      case "activity_change":
        return `${activity(feature.half_life, feature.window)} - ${activity(feature.against, feature.window)}`;
      case "out_level":
        return `${level(feature.outgoing, feature.half_life)} - ${level(feature.incoming, feature.half_life)}`;
      case "own_level":
        return ownLevel(feature.measure, feature.window);
      case "own_level_all":
        return `(${plan.measures.map(({ name }) => `(${ownLevel(name, feature.window)})`).join(" + ")}) / ${count}`;
      case "cusum_fall":
        return cusum(feature.ends, -1);
      case "cusum_rise":
        return cusum(feature.ends, 1);
      case "weekday_change": {
        const { window } = feature;
        const last = `${over("all_logs", WEEKDAYS)} / ${WEEKDAYS}`;
        const days = sameWeekdays(log, window);
        const change = `(${last} - ${over("weekday_logs", window, 8)} / nullif(${days}, 0)) / ${LOG_UNITS * count}`;
        return `CASE WHEN age >= ${window} THEN ${change} END`;
      }
      case "breadth":
        return plan.measures
          .map((_, index) => `CAST(${over(`m${index}_use`, feature.window)} > 0 AS INTEGER)`)
          .join(" + ");
      case "zero_rows":
        return `${over("rows", feature.window)} - ${over("active_days", feature.window)}`;
      case "no_rows":
        return `least(age, ${feature.window}) - ${over("rows", feature.window)}`;
    }
  };
}

/** SQL for how many covered days of the weeks before the last one are the days of the week that the last three are. */
function sameWeekdays(log: Pick<CoveredLog, "first" | "missing">, window: number): string {
  if (!log.missing.length) return `${((window - WEEKDAYS) / 7) * WEEKDAYS}`;
  return `(SELECT count(*) FROM covered WHERE day < CAST($1 AS DATE) AND ${isSameWeekday("day")}
      AND ${daysBefore(log)} - place + 1 BETWEEN 8 AND ${window})`;
}
