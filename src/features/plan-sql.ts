import { knownValue } from "../core/known-value.js";
import { name } from "../store/database.js";
import { activeSql } from "./active-sql.js";
import { attributeValues } from "./attribute-sql.js";
import type { CoveredLog } from "./covered-log.js";
import { type Feature, type FeaturePlan, lookback } from "./feature-plan.js";
import { futureRows, labelSql } from "./label-sql.js";
import { leaversSql } from "./leavers-sql.js";
import { isOfAttribute } from "./plan-attributes.js";
import type { UsageMeasure } from "./usage-measures.js";

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
 * @param knownUntil where the label is a list of leavers: the last day of which it knows all
 */
export function planSql(plan: FeaturePlan, log: CoveredLog, knownUntil: string | null = null): string {
  const features = plan.set === "seed" ? legacyFeatures(plan) : behaviourFeatures(plan, log);
  const known = plan.features.filter(isOfAttribute);
  const list = plan.label === "leavers" ? leaversSql(plan, knownUntil) : undefined;
  return `WITH
    past AS (${pastRows(plan, log)}),
    population AS (SELECT DP_MSISDN FROM past GROUP BY DP_MSISDN
      HAVING bool_or(active AND age <= ${plan.active_within})
        AND coalesce(arg_max(PSEUDO_CHURNED, DP_DATE), 0) = 0${list ? ` AND DP_MSISDN NOT IN (${list.gone})` : ""}),
    features AS (${features}),${known.length ? `\n    known AS (${attributeValues(known)}),` : ""}
    future AS (${futureRows(plan)})
  SELECT CAST($1 AS DATE) AS "Date", DP_MSISDN AS "User", ${plan.features.map((feature) => name(feature.name)).join(", ")},
    ${list?.label ?? labelSql(plan, log)} AS "M_TENURE_CHURN"
  FROM population JOIN features USING (DP_MSISDN) LEFT JOIN future USING (DP_MSISDN)${list ? ` LEFT JOIN (${list.leaving}) USING (DP_MSISDN)` : ""}${known.length ? " LEFT JOIN known USING (DP_MSISDN)" : ""}`;
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
      FROM (SELECT CAST(day AS DATE) AS day FROM ${all}) WHERE day NOT IN (${dates(missing)})`,
    `CREATE OR REPLACE TEMP TABLE first_days AS SELECT DP_MSISDN, place
      FROM (${rows} AND DP_DATE IN (SELECT day FROM covered) GROUP BY DP_MSISDN) JOIN covered ON day = first_day`,
  ];
}

const dates = (days: readonly string[]) => days.map((day) => `DATE '${day}'`).join(", ");

/** How many covered days there are before the snapshot. */
const BEFORE = "(SELECT count(*) FROM covered WHERE day < CAST($1 AS DATE))";

/** Where `past` has a measure: whatever its name is, it is none of the others there. */
const aliasOf = (index: number) => `m${index}`;

/** The rows of the covered days before the snapshot, with their age in covered days, the measures, and whether they show activity. */
function pastRows(plan: FeaturePlan, { first, missing }: CoveredLog): string {
  const measures = plan.measures.map(({ column }, index) => `${name(column)} AS ${aliasOf(index)}`);
  const cells = `DP_MSISDN, DP_DATE, PSEUDO_CHURNED, ${[...measures, `${activeSql(plan.measures)} AS active`].join(", ")}`;
  const before = "DP_DATE < CAST($1 AS DATE)";
  const reach = lookback(plan);
  if (missing.length) {
    return `SELECT * FROM (SELECT d.*, ${BEFORE} - place + 1 AS age
      FROM (SELECT ${cells} FROM DP_CDR_Data WHERE ${before}) d JOIN covered ON day = DP_DATE) WHERE age <= ${reach}`;
  }
  return `SELECT ${cells}, DATE_DIFF('day', DP_DATE, CAST($1 AS DATE)) AS age FROM DP_CDR_Data
      WHERE ${before} AND DP_DATE >= CAST($1 AS DATE) - ${reach} AND DP_DATE >= DATE '${first}'`;
}

/** Covered days from a subscriber's first one to the snapshot. */
function tenure({ missing }: CoveredLog): string {
  return missing.length
    ? `${BEFORE} - any_value(place) + 1`
    : "any_value(DATE_DIFF('day', first_day, CAST($1 AS DATE)))";
}

/** Units in which amounts are summed: whole millionths, since sums of doubles depend on their order. */
const MILLIONTHS = 1e6;

/** A measure of `past` as a whole number; what a row leaves out counts as 0. */
function whole({ kind, alias }: PlannedMeasure): string {
  const value = `coalesce(${alias}, 0)`;
  return kind === "count" ? value : `CAST(round(${value} * ${MILLIONTHS}) AS BIGINT)`;
}

/** A measure and where `past` has it. */
type PlannedMeasure = UsageMeasure & { alias: string };

/** The measures of a plan by their names. */
const plannedMeasures = ({ measures }: FeaturePlan): Map<string, PlannedMeasure> =>
  new Map(measures.map((measure, index) => [measure.name, { ...measure, alias: aliasOf(index) }]));

/** What one unit of `whole` is worth. */
const unit = (measure: UsageMeasure) => (measure.kind === "count" ? 1 : MILLIONTHS);

/**
 * The features of the behaviour set: rows are first summed by stretch of days between the ends of windows, then the
 * stretches to windows, so that a row is touched once however many windows it lies in.
 */
function behaviourFeatures(plan: FeaturePlan, log: CoveredLog): string {
  const measures = plannedMeasures(plan);
  const ends = [...new Set(plan.features.flatMap(endsOf))].sort((x, y) => x - y);
  const stretch = `CASE ${ends.map((end, index) => `WHEN age <= ${end} THEN ${index}`).join(" ")} END`;
  const sums = [...measures.values()].flatMap((measure) => [
    `sum(${measure.alias}) AS ${measure.alias}_sum`,
    `sum(CAST(${measure.alias} AS HUGEINT) * age) AS ${measure.alias}_age`,
    `sum(CAST(${measure.alias} AS HUGEINT) * ${measure.alias}) AS ${measure.alias}_square`,
  ]);
  const wholes = [...measures.values()].map((measure) => `${whole(measure)} AS ${measure.alias}`);

  /** A sum over the days `from` … `to` before the snapshot, as a double. */
  const over = (column: string, to: number, from = 1): string => {
    const first = from === 1 ? 0 : ends.indexOf(from - 1) + 1;
    return `coalesce(CAST(sum(${column}) FILTER (stretch BETWEEN ${first} AND ${ends.indexOf(to)}) AS DOUBLE), 0)`;
  };
  const isSigned = (name: string) => measures.get(name)?.negative ?? false;
  const total = (name: string, to: number, from = 1): string => {
    const measure = knownValue(measures, name);
    return `${over(`${measure.alias}_sum`, to, from)} / ${unit(measure)}`;
  };

  const expression = (feature: Feature): string => {
    switch (feature.kind) {
      case "sum":
        return total(feature.measure, feature.window);
      case "mean":
        return `${total(feature.measure, feature.window)} / nullif(${over("active_days", feature.window)}, 0)`;
      case "active_days":
        return over("active_days", feature.window);
      case "days_since_last_activity":
        return "min(last_age)";
      case "tenure":
        return `least(${tenure(log)}, ${feature.window})`;
      case "trend": {
        const last = total(feature.measure, feature.window);
        const previous = total(feature.measure, 2 * feature.window, feature.window + 1);
        // what goes back counts as what comes in: a share of all that moved
        const moved = isSigned(feature.measure) ? `abs(${last}) + abs(${previous})` : `${last} + ${previous}`;
        return `(${last} - ${previous}) / nullif(${moved}, 0)`;
      }
      case "slope": {
        // with days k = n + 1 − age: slope = Σ(k − k̄)x / Σ(k − k̄)², and Σ(k − k̄)² = n(n² − 1)/12
        const measure = knownValue(measures, feature.measure);
        const n = feature.window;
        const byAge = `${over(`${measure.alias}_age`, n)} / ${unit(measure)}`;
        return `(${(n + 1) / 2} * ${total(feature.measure, n)} - ${byAge}) / nullif(${(n * (n * n - 1)) / 12}, 0)`;
      }
      case "variability": {
        const measure = knownValue(measures, feature.measure);
        const n = feature.window;
        const sum = total(feature.measure, n);
        const squares = `${over(`${measure.alias}_square`, n)} / ${unit(measure) ** 2}`;
        return `sqrt(greatest(${squares} - (${sum}) * (${sum}) / ${n}, 0) / ${Math.max(n - 1, 1)}) / nullif(${isSigned(feature.measure) ? "abs" : ""}(${sum}) / ${n}, 0)`;
      }
      case "out_share": {
        const outgoing = total(feature.outgoing, feature.window);
        return `${outgoing} / nullif(${outgoing} + ${total(feature.incoming, feature.window)}, 0)`;
      }
      default:
        throw new Error(`feature ${feature.name}: kind ${feature.kind} is not of the behaviour set`);
    }
  };
  const own = plan.features.filter((feature) => !isOfAttribute(feature));
  const expressions = own.map((feature) => `CAST(${expression(feature)} AS DOUBLE) AS ${name(feature.name)}`);
  return `SELECT DP_MSISDN, ${expressions.join(", ")} FROM (
      SELECT DP_MSISDN, ${stretch} AS stretch, min(age) FILTER (active) AS last_age, sum(CAST(active AS INTEGER)) AS active_days,
        ${sums.join(", ")}
      FROM (SELECT DP_MSISDN, age, active, ${wholes.join(", ")} FROM past) GROUP BY ALL)
    JOIN first_days USING (DP_MSISDN) GROUP BY DP_MSISDN`;
}

/** The days before the snapshot at which a feature begins or ends to look. */
function endsOf(feature: Feature): number[] {
  if (!("window" in feature)) return [];
  return feature.kind === "trend" ? [feature.window, 2 * feature.window] : [feature.window];
}

function legacyFeatures(plan: FeaturePlan): string {
  const columns = plannedMeasures(plan);
  const expressions = new Map<string, string>();
  for (const feature of plan.features) {
    if (feature.kind === "log1p") {
      expressions.set(feature.name, `ln(1 + ${expressions.get(feature.of)})`);
      continue;
    }
    if (!("measure" in feature))
      throw new Error(`feature ${feature.name}: kind ${feature.kind} is not of the legacy set`);
    const measure = knownValue(columns, feature.measure);
    const value = whole(measure);
    const sum = `CAST(sum(${value}) OVER () AS DOUBLE) / ${unit(measure)}`;
    const squares = `CAST(sum(CAST(${value} AS HUGEINT) * ${value}) OVER () AS DOUBLE) / ${unit(measure) ** 2}`;
    const n = "count(*) OVER ()";
    const statistic = {
      value: `${value} / ${unit(measure)}`,
      day_sum: sum,
      day_mean: `${sum} / ${n}`,
      // the sample standard deviation, 0 where a day has one row only
      day_stddev: `coalesce(sqrt(greatest(${squares} - (${sum}) * (${sum}) / ${n}, 0) / nullif(${n} - 1, 0)), 0)`,
    }[feature.kind as "value" | "day_sum" | "day_mean" | "day_stddev"];
    expressions.set(feature.name, statistic);
  }
  const list = [...expressions].map(([feature, sql]) => `CAST(${sql} AS DOUBLE) AS ${name(feature)}`);
  return `SELECT DP_MSISDN, ${list.join(", ")} FROM past WHERE age = 1`;
}
