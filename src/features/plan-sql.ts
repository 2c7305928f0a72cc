import { name } from "../store/database.js";
import { type Feature, type FeaturePlan, lookback, type Measure } from "./feature-plan.js";

/**
 * Compiles a plan to one query: the snapshots of one day, `$1` = the snapshot day t.
 *
 * Only rows with `DP_DATE < t` reach the features, only rows with `DP_DATE >= t` the label. Sums run over exact decimals,
 * since the sum of doubles depends on the order in which threads add them, and a model must not.
 *
 * @param lastDay last day of the log, `YYYY-MM-DD`: a label whose window reaches beyond it is null
 */
export function planSql(plan: FeaturePlan, lastDay: string): string {
  const features = plan.set === "seed" ? seedFeatures(plan) : behaviourFeatures(plan);
  return `WITH
    past AS (SELECT *, DATE_DIFF('day', DP_DATE, CAST($1 AS DATE)) AS age, ${activity(plan)} AS active
      FROM DP_CDR_Data WHERE DP_DATE < CAST($1 AS DATE) AND DP_DATE >= CAST($1 AS DATE) - ${lookback(plan)}),
    population AS (SELECT DP_MSISDN FROM past GROUP BY DP_MSISDN
      HAVING bool_or(active AND age <= ${plan.active_within})
        AND coalesce(arg_max(PSEUDO_CHURNED, DP_DATE), 0) = 0),
    features AS (${features}),
    future AS (SELECT DP_MSISDN, max(PSEUDO_CHURNED) AS flagged, coalesce(bool_or(${activity(plan)}), false) AS active
      FROM DP_CDR_Data WHERE DP_DATE >= CAST($1 AS DATE) AND DP_DATE < CAST($1 AS DATE) + ${plan.horizon} GROUP BY DP_MSISDN)
  SELECT CAST($1 AS DATE) AS "Date", DP_MSISDN AS "User", ${plan.features.map((feature) => name(feature.name)).join(", ")},
    CASE WHEN CAST($1 AS DATE) + ${plan.horizon - 1} <= DATE '${lastDay}' THEN ${label(plan)} END AS "M_TENURE_CHURN"
  FROM population JOIN features USING (DP_MSISDN) LEFT JOIN future USING (DP_MSISDN)`;
}

/** Whether a row shows the subscriber doing anything. */
function activity(plan: FeaturePlan): string {
  return `(${plan.measures.map((measure) => `coalesce(${measure.column}, 0) > 0`).join(" OR ")})`;
}

function label(plan: FeaturePlan): string {
  const silent = "CASE WHEN coalesce(future.active, false) THEN 0 ELSE 1 END";
  return `CAST(${plan.label === "given" ? `coalesce(future.flagged, ${silent})` : silent} AS TINYINT)`;
}

/** A measure as an exact number; what a row leaves out counts as 0. */
function exact(measure: Measure): string {
  return measure.kind === "count"
    ? `CAST(coalesce(${measure.column}, 0) AS HUGEINT)`
    : `CAST(coalesce(${measure.column}, 0) AS DECIMAL(18, 6))`;
}

function behaviourFeatures(plan: FeaturePlan): string {
  const columns = new Map(plan.measures.map((measure) => [measure.name, measure]));
  const of = (measureName: string) => exact(columns.get(measureName) as Measure);
  const sums = new Map<string, string>();
  /** Names an aggregate of the window once, however many features use it. */
  const total = (value: string, from: number, to: number): string => {
    const sql = `CAST(coalesce(sum(${value}) FILTER (age BETWEEN ${from} AND ${to}), 0) AS DOUBLE)`;
    const known = sums.get(sql);
    if (known) return known;
    const alias = `s${sums.size}`;
    sums.set(sql, alias);
    return alias;
  };
  const over = (measure: string, window: number) => total(of(measure), 1, window);
  const activeDays = (window: number) => total("CAST(active AS INTEGER)", 1, window);

  const expression = (feature: Feature): string => {
    switch (feature.kind) {
      case "sum":
        return over(feature.measure, feature.window);
      case "mean":
        return `${over(feature.measure, feature.window)} / nullif(${activeDays(feature.window)}, 0)`;
      case "active_days":
        return activeDays(feature.window);
      case "days_since_last_activity":
        return "last_age";
      case "tenure":
        return `least(first_age, ${feature.window})`;
      case "trend": {
        const last = over(feature.measure, feature.window);
        const previous = total(of(feature.measure), feature.window + 1, 2 * feature.window);
        return `(${last} - ${previous}) / nullif(${last} + ${previous}, 0)`;
      }
      case "slope": {
        // days run from 1 (oldest) to n; Σ(k − k̄)² = n(n² − 1)/12
        const n = feature.window;
        const byDay = total(`${of(feature.measure)} * (${n + 1} - age)`, 1, n);
        return `(${byDay} - ${(n + 1) / 2} * ${over(feature.measure, n)}) / nullif(${(n * (n * n - 1)) / 12}, 0)`;
      }
      case "variability": {
        const n = feature.window;
        const sum = over(feature.measure, n);
        const squares = total(`${of(feature.measure)} * ${of(feature.measure)}`, 1, n);
        return `sqrt(greatest(${squares} - ${sum} * ${sum} / ${n}, 0) / ${Math.max(n - 1, 1)}) / nullif(${sum} / ${n}, 0)`;
      }
      case "out_share": {
        const outgoing = over(feature.outgoing, feature.window);
        return `${outgoing} / nullif(${outgoing} + ${over(feature.incoming, feature.window)}, 0)`;
      }
      default:
        throw new Error(`feature ${feature.name}: kind ${feature.kind} is not of the behaviour set`);
    }
  };
  const expressions = plan.features.map((feature) => `CAST(${expression(feature)} AS DOUBLE) AS ${name(feature.name)}`);
  const aggregates = [...sums].map(([sql, alias]) => `${sql} AS ${alias}`);
  return `SELECT DP_MSISDN, ${expressions.join(", ")} FROM (
      SELECT DP_MSISDN, min(age) FILTER (active) AS last_age, ${aggregates.join(", ")}
      FROM past GROUP BY DP_MSISDN) JOIN (
      SELECT DP_MSISDN, DATE_DIFF('day', min(DP_DATE), CAST($1 AS DATE)) AS first_age
      FROM DP_CDR_Data WHERE DP_DATE < CAST($1 AS DATE) GROUP BY DP_MSISDN) USING (DP_MSISDN)`;
}

function seedFeatures(plan: FeaturePlan): string {
  const columns = new Map(plan.measures.map((measure) => [measure.name, measure]));
  const expressions = new Map<string, string>();
  for (const feature of plan.features) {
    if (feature.kind === "log1p") {
      expressions.set(feature.name, `ln(1 + ${expressions.get(feature.of)})`);
      continue;
    }
    if (!("measure" in feature))
      throw new Error(`feature ${feature.name}: kind ${feature.kind} is not of the seed set`);
    const value = exact(columns.get(feature.measure) as Measure);
    const sum = `CAST(sum(${value}) OVER () AS DOUBLE)`;
    const squares = `CAST(sum(${value} * ${value}) OVER () AS DOUBLE)`;
    const n = "count(*) OVER ()";
    const statistic = {
      value: `CAST(${value} AS DOUBLE)`,
      day_sum: sum,
      day_mean: `${sum} / ${n}`,
      // the sample standard deviation, 0 where a day has one row only
      day_stddev: `coalesce(sqrt(greatest(${squares} - ${sum} * ${sum} / ${n}, 0) / nullif(${n} - 1, 0)), 0)`,
    }[feature.kind as "value" | "day_sum" | "day_mean" | "day_stddev"];
    expressions.set(feature.name, statistic);
  }
  const list = [...expressions].map(([feature, sql]) => `CAST(${sql} AS DOUBLE) AS ${name(feature)}`);
  return `SELECT DP_MSISDN, ${list.join(", ")} FROM past WHERE age = 1`;
}
