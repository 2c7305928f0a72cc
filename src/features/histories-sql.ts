import { dateOf, dayOf } from "../core/days.js";
import { activeSql } from "./active-sql.js";
import type { CoveredLog } from "./covered-log.js";
import { placeOfRow } from "./day-places.js";
import type { FeaturePlan } from "./feature-plan.js";
import { isOfLifetime } from "./lifetime-features.js";

/** Days of the log that are taken in at once, so that a first snapshot late in a long log needs no more memory than others. */
const MOST_DAYS = 62;

/** Whether a plan reads the table `histories`. */
export const needsHistories = (plan: FeaturePlan): boolean =>
  plan.set === "standard" && plan.features.some(isOfLifetime);

/**
 * The statements that bring the table `histories` to a snapshot day: a row a subscriber with what the whole past says of them.
 *
 * The table is brought from one snapshot day to the next, so that a record is read once however many snapshots look back on it. All
 * that it holds are whole numbers: in how many steps it got there changes no bit.
 *
 * @param from the snapshot day that the table stands at, `YYYY-MM-DD`; null: at none, it is made
 * @param to the snapshot day
 */
export function historiesSql(plan: FeaturePlan, log: CoveredLog, from: string | null, to: string): string[] {
  const steps: string[] = [];
  if (from === null) steps.push(EMPTY);
  let begin = dayOf(from ?? log.first);
  for (const end = dayOf(to); begin < end; begin += MOST_DAYS) {
    steps.push(extended(plan, log, dateOf(begin), dateOf(Math.min(begin + MOST_DAYS, end))));
  }
  return steps;
}

const EMPTY = `CREATE OR REPLACE TEMP TABLE histories (DP_MSISDN VARCHAR, first_active BIGINT, last_active BIGINT, active_days BIGINT,
    longest_gap BIGINT)`;

/** The table with the rows of the days from `begin` on and before `end`. */
function extended({ measures }: FeaturePlan, log: CoveredLog, begin: string, end: string): string {
  const { place, join } = placeOfRow(log);
  return `CREATE OR REPLACE TEMP TABLE histories AS WITH
    days AS (SELECT DP_MSISDN, ${place} AS place FROM DP_CDR_Data${join}
      WHERE DP_DATE >= DATE '${begin}' AND DP_DATE < DATE '${end}' AND ${activeSql(measures)}),
    gaps AS (SELECT DP_MSISDN, place, place - lag(place) OVER (PARTITION BY DP_MSISDN ORDER BY place) AS gap FROM days),
    news AS (SELECT DP_MSISDN, min(place) AS first_new, max(place) AS last_new, count(*) AS new_days, max(gap) AS new_gap
      FROM gaps GROUP BY DP_MSISDN)
    SELECT DP_MSISDN, coalesce(first_active, first_new) AS first_active, coalesce(last_new, last_active) AS last_active,
      coalesce(active_days, 0) + coalesce(new_days, 0) AS active_days,
      greatest(longest_gap, new_gap, first_new - last_active) AS longest_gap
    FROM histories FULL JOIN news USING (DP_MSISDN)`;
}
