import type { Database } from "../store/database.js";
import { activeSql } from "./active-sql.js";
import type { FeaturePlan } from "./feature-plan.js";

/** Share of churners above which "no activity in the horizon" is the rule and not an event. */
const MOST = 0.5;

/**
 * Says what makes one doubt a derived label: more than half of the subscribers "churn", or the horizon is shorter than the usual gap
 * between two active days, so that an ordinary pause counts as churn.
 */
export async function labelNotes(
  db: Database,
  plan: FeaturePlan,
  days: readonly { labelled: number; churned: number | null }[],
): Promise<string[]> {
  if (plan.label !== "derived") return [];
  const notes: string[] = [];
  const known = days.reduce((sum, { labelled }) => sum + labelled, 0);
  const churned = days.reduce((sum, day) => sum + (day.churned ?? 0) * day.labelled, 0);
  if (known > 0 && churned > MOST * known) {
    notes.push(
      `${((100 * churned) / known).toFixed(0)} % of the labels are churn: no activity in ${plan.horizon} days is the rule here, not an event; a longer horizon tells more (features.horizon)`,
    );
  }
  const gap = await usualGap(db, plan);
  if (gap !== null && plan.horizon < gap) {
    notes.push(
      `half of the gaps between two active days of a subscriber are of ${gap} days and more, longer than the horizon of ${plan.horizon}: an ordinary pause counts as churn (features.horizon)`,
    );
  }
  return notes;
}

/** Median of the days from one active day of a subscriber to the next; null where nobody has two. */
async function usualGap(db: Database, { measures }: FeaturePlan): Promise<number | null> {
  const found = await db.row<{ gap: number | null }>(
    `SELECT CAST(quantile_disc(gap, 0.5) AS INTEGER) AS gap FROM (
       SELECT DP_DATE - lag(DP_DATE) OVER (PARTITION BY DP_MSISDN ORDER BY DP_DATE) AS gap FROM DP_CDR_Data WHERE ${activeSql(measures)})`,
  );
  return found?.gap ?? null;
}
