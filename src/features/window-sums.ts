import type { Feature, FeaturePlan } from "./feature-plan.js";
import { logOf, whole } from "./whole-numbers.js";

/** Sums over windows of days before the snapshot, made as features ask for them. */
export interface WindowSums {
  /**
   * SQL for a sum over the days `from` … `to` before the snapshot, as a double.
   *
   * @param what `active_days`, `rows`, `all_logs`, `weekday_logs`, or of a measure `m0` one of `m0_sum`, `m0_age`, `m0_square`,
   *   `m0_logs`, `m0_log_squares`
   */
  over(what: string, to: number, from?: number): string;
  /** The query that makes what `over` was asked for: a row a subscriber, with `last_age` of the last active day. */
  query(): string;
}

/** Days of a week that `weekday_logs` takes: those of the last three days before the snapshot. */
export const WEEKDAYS = 3;

/** SQL for whether a day is one of the week that the last three days before the snapshot are. */
export const isSameWeekday = (day: string): string => `(CAST($1 AS DATE) - ${day} - 1) % 7 < ${WEEKDAYS}`;

/**
 * Rows of `past` are first summed by stretch of days between the ends of windows, then the stretches to windows, so that a row is touched
 * once however many windows it lies in.
 */
export function windowSums(plan: FeaturePlan): WindowSums {
  const ends = [...new Set(plan.features.flatMap(endsOf))].sort((x, y) => x - y);
  const stretch = ends.length
    ? `CASE ${ends.map((end, index) => `WHEN age <= ${end} THEN ${index}`).join(" ")} END`
    : "0";
  const sums = stretchSums(plan);
  const asked = new Map<string, { alias: string; what: string }>();
  return {
    over(what, to, from = 1) {
      const first = from === 1 ? 0 : ends.indexOf(from - 1) + 1;
      const sql = `coalesce(CAST(sum(${what}) FILTER (stretch BETWEEN ${first} AND ${ends.indexOf(to)}) AS DOUBLE), 0)`;
      const { alias } = asked.get(sql) ?? { alias: `w${asked.size}` };
      asked.set(sql, { alias, what });
      return alias;
    },
    query: () => {
      const windows = [...asked].map(([sql, { alias }]) => `, ${sql} AS ${alias}`).join("");
      const whats = [...new Set([...asked.values()].map(({ what }) => what))];
      const stretches = whats.map((what) => `, ${sums.get(what)} AS ${what}`).join("");
      return `SELECT DP_MSISDN, min(last_age) AS last_age${windows} FROM (
          SELECT DP_MSISDN, ${stretch} AS stretch, min(age) FILTER (active) AS last_age${stretches}
          FROM (SELECT DP_MSISDN, DP_DATE, age, active${cellsOf(plan, whats.join(" "))} FROM past${ends.length ? ` WHERE age <= ${ends.at(-1)}` : ""})
          GROUP BY DP_MSISDN, stretch)
        GROUP BY DP_MSISDN`;
    },
  };
}

/** What is summed over the days of a stretch. */
function stretchSums({ measures }: FeaturePlan): Map<string, string> {
  const all = measures.map((_, index) => `l${index}`).join(" + ");
  return new Map([
    ["active_days", "sum(CAST(active AS INTEGER))"],
    ["rows", "count(*)"],
    ["all_logs", `sum(${all})`],
    ["weekday_logs", `coalesce(sum(${all}) FILTER (${isSameWeekday("DP_DATE")}), 0)`],
    ...measures.flatMap((_, index): [string, string][] => [
      [`m${index}_sum`, `sum(m${index})`],
      [`m${index}_age`, `sum(CAST(m${index} AS HUGEINT) * age)`],
      [`m${index}_square`, `sum(CAST(m${index} AS HUGEINT) * m${index})`],
      [`m${index}_use`, `sum(CAST(m${index} <> 0 AS INTEGER))`],
      [`m${index}_logs`, `sum(l${index})`],
      [`m${index}_log_squares`, `sum(CAST(l${index} AS HUGEINT) * l${index})`],
    ]),
  ]);
}

/** The measures as whole numbers, and their logarithms where sums of those are asked for. */
function cellsOf({ measures }: FeaturePlan, asked: string): string {
  const logs = asked.includes("log");
  return measures
    .map((measure, index) => {
      const log = logs ? `, ${logOf(measure, `m${index}`)} AS l${index}` : "";
      return `, ${whole(measure, `m${index}`)} AS m${index}${log}`;
    })
    .join("");
}

/** The days before the snapshot at which a feature begins or ends to look. */
function endsOf(feature: Feature): number[] {
  if (!("window" in feature) || feature.window === undefined) return [];
  const { kind, window } = feature;
  if (kind === "trend") return [window, 2 * window];
  if (kind === "weekday_change") return [WEEKDAYS, 7, window];
  if (kind === "cusum_fall" || kind === "cusum_rise") return feature.ends.slice();
  return [window];
}
