import { dateOf, dayOf } from "../core/days.js";
import { name } from "../store/database.js";
import { activeSql } from "./active-sql.js";
import type { CoveredLog } from "./covered-log.js";
import { placeOfRow } from "./day-places.js";
import type { FeaturePlan } from "./feature-plan.js";
import { logOf, whole } from "./whole-numbers.js";

/** Days of the log that are taken in at once, so that a first snapshot late in a long log needs no more memory than others. */
const MOST_DAYS = 62;

/** Whether a plan reads the table `histories`. */
export const needsHistories = (plan: FeaturePlan): boolean => plan.set === "standard";

/**
 * The statements that bring the table `histories` to a snapshot day: a row a subscriber with what the whole past says of them.
 *
 * Days are places among the covered ones. Of a measure `m0` there are the sum `m0_ever`, and over the logarithms of its days
 * `m0_logs` and `m0_log_squares`; of all measures together, over the sum of a day's logarithms, `all_logs` and `all_log_squares`.
 *
 * The table is brought from one snapshot day to the next, so that a record is read once however many snapshots look back on it. All
 * that it holds are whole numbers: in how many steps it got there changes no bit.
 *
 * @param from the snapshot day that the table stands at, `YYYY-MM-DD`; null: at none, it is made
 * @param to the snapshot day
 */
export function historiesSql(plan: FeaturePlan, log: CoveredLog, from: string | null, to: string): string[] {
  const steps: string[] = [];
  if (from === null) steps.push(empty(plan));
  let begin = dayOf(from ?? log.first);
  for (const end = dayOf(to); begin < end; begin += MOST_DAYS) {
    steps.push(extended(plan, log, dateOf(begin), dateOf(Math.min(begin + MOST_DAYS, end))));
  }
  return steps;
}

/** Sums over all days: their names and what is summed. */
function sumsOf({ measures }: FeaturePlan): [sum: string, of: string][] {
  const all = measures.map((_, index) => `l${index}`).join(" + ");
  return [
    ...measures.flatMap((_, index): [string, string][] => [
      [`m${index}_ever`, `m${index}`],
      [`m${index}_logs`, `l${index}`],
      [`m${index}_log_squares`, `CAST(l${index} AS HUGEINT) * l${index}`],
    ]),
    ["all_logs", all],
    ["all_log_squares", `CAST(${all} AS HUGEINT) * (${all})`],
  ];
}

function empty(plan: FeaturePlan): string {
  const days = ["first_active", "last_active", "active_days", "longest_gap"].map((column) => `${column} BIGINT`);
  const sums = sumsOf(plan).map(([sum]) => `${sum} HUGEINT`);
  return `CREATE OR REPLACE TEMP TABLE histories (DP_MSISDN VARCHAR, ${[...days, ...sums].join(", ")})`;
}

/** The table with the rows of the days from `begin` on and before `end`. */
function extended(plan: FeaturePlan, log: CoveredLog, begin: string, end: string): string {
  const { place, join } = placeOfRow(log);
  const { measures } = plan;
  const rows = `FROM DP_CDR_Data${join} WHERE DP_DATE >= DATE '${begin}' AND DP_DATE < DATE '${end}' AND DP_DATE >= DATE '${log.first}'`;
  const active = activeSql(measures);
  const cells = measures.flatMap((measure, index) => {
    const column = name(measure.column);
    return [`${whole(measure, column)} AS m${index}`, `${logOf(measure, column)} AS l${index}`];
  });
  const sums = sumsOf(plan);
  return `CREATE OR REPLACE TEMP TABLE histories AS WITH
    gaps AS (SELECT DP_MSISDN, place - lag(place) OVER (PARTITION BY DP_MSISDN ORDER BY place) AS gap
      FROM (SELECT DP_MSISDN, ${place} AS place ${rows} AND ${active})),
    longest AS (SELECT DP_MSISDN, max(gap) AS new_gap FROM gaps GROUP BY DP_MSISDN),
    news AS (SELECT DP_MSISDN, min(place) FILTER (active) AS first_new, max(place) FILTER (active) AS last_new,
        count(*) FILTER (active) AS new_days, ${sums.map(([sum, of]) => `sum(${of}) AS new_${sum}`).join(", ")}
      FROM (SELECT DP_MSISDN, ${place} AS place, ${active} AS active, ${cells.join(", ")} ${rows}) GROUP BY DP_MSISDN)
    SELECT DP_MSISDN, coalesce(first_active, first_new) AS first_active, coalesce(last_new, last_active) AS last_active,
      coalesce(active_days, 0) + coalesce(new_days, 0) AS active_days,
      greatest(longest_gap, new_gap, first_new - last_active) AS longest_gap,
      ${sums.map(([sum]) => `coalesce(${sum}, 0) + coalesce(new_${sum}, 0) AS ${sum}`).join(", ")}
    FROM histories FULL JOIN (news LEFT JOIN longest USING (DP_MSISDN)) USING (DP_MSISDN)`;
}
