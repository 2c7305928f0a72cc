import { dateOf, dayOf } from "../core/days.js";
import { returnCurve, type SilencesOfLength } from "../statistics/return-curve.js";
import type { Database } from "../store/database.js";
import { isAmong } from "../store/is-among.js";
import { activeSql } from "./active-sql.js";
import type { CoveredLog } from "./covered-log.js";
import type { FeaturePlan } from "./feature-plan.js";
import { leaversKnownUntil } from "./known-leavers.js";
import { labelRule } from "./label-rule.js";
import { staysOnlyDays } from "./stays-only-days.js";

/** What the labels of the snapshots say, and how far they can be trusted. */
export interface LabelFacts {
  /** The rule in one sentence. */
  rule: string;
  /** Snapshots whose label is known, and those of them that churned. */
  known: number;
  churned: number;
  /** Snapshots without a label, by the reason. */
  unknown: {
    /** The log, or the list of leavers, ends before the horizon does. */
    later: number;
    /** Days of the horizon are not covered, too many for silence on the others to count. */
    notCovered: number;
    /** A log with flags has neither a flag nor activity of the subscriber in the horizon. */
    unseen: number;
  };
  /** Churned because nothing was seen, in a log with flags: `features.silent` is "leaver". */
  churnedUnseen: number;
  /** How long subscribers pause between two active days; null where nobody has two. */
  gaps: LabelGaps | null;
  /** What becomes of subscribers after the first horizon in which they churned; null where nobody could be watched. */
  returns: LabelReturns | null;
}

/** Days from one active day of a subscriber to the next. */
export interface LabelGaps {
  /** Quantiles over all gaps, in days. */
  median: number;
  p75: number;
  p90: number;
  p95: number;
  /** Subscribers with two active days, and those of them whose own mean gap is longer than the horizon. */
  subscribers: number;
  longer: number;
}

/** Who is active again after a label of churn. */
export interface LabelReturns {
  /** Subscribers with such a label and days after its horizon in the log, and those of them that were active again. */
  subscribers: number;
  back: number;
  /** Share that is back so many days after the horizon (Kaplan and Meier 1958: who could be watched for a shorter time counts as long). */
  byDays: { days: number; share: number }[];
}

/** Reads them from `Processed_Data`, which the plan made of the log. */
export async function labelFacts(db: Database, plan: FeaturePlan, log: CoveredLog): Promise<LabelFacts> {
  const until = plan.label === "leavers" ? await leaversKnownUntil(db, plan, log) : log.last;
  const latest = until === null ? "DATE '-infinity'" : `DATE '${dateOf(dayOf(until) - plan.horizon + 1)}'`;
  const unlabelled = (condition: string) => `count(*) FILTER (M_TENURE_CHURN IS NULL AND ${condition})`;
  const isBroken = isAmong('"Date"', staysOnlyDays(plan, log.missing));
  const counts = await db.oneRow<Record<"known" | "churned" | "later" | "notCovered" | "unseen", number>>(
    `SELECT count(M_TENURE_CHURN) AS known, count(*) FILTER (M_TENURE_CHURN = 1) AS churned,
       ${unlabelled(`"Date" > ${latest}`)} AS later, ${unlabelled(`"Date" <= ${latest} AND ${isBroken}`)} AS "notCovered",
       ${unlabelled(`"Date" <= ${latest} AND NOT ${isBroken}`)} AS unseen FROM Processed_Data`,
  );
  const { known, churned, ...unknown } = counts;
  return {
    rule: labelRule(plan),
    ...{ known, churned, unknown },
    churnedUnseen: plan.label === "given" && plan.silent === undefined ? await countUnseen(db, plan) : 0,
    gaps: plan.label === "derived" ? await readGaps(db, plan, log) : null,
    returns: await readReturns(db, plan, log),
  };
}

/** Snapshots with a label of churn and no row with a flag in the horizon. */
async function countUnseen(db: Database, { horizon }: FeaturePlan): Promise<number> {
  const days = await db.rows<{ day: string }>(
    `SELECT DISTINCT CAST("Date" AS VARCHAR) AS day FROM Processed_Data WHERE M_TENURE_CHURN = 1`,
  );
  let unseen = 0;
  for (const { day } of days) {
    const found = await db.oneRow<{ n: number }>(
      `SELECT count(*) AS n FROM (SELECT "User" AS DP_MSISDN FROM Processed_Data WHERE "Date" = CAST($1 AS DATE) AND M_TENURE_CHURN = 1)
       ANTI JOIN (SELECT DP_MSISDN FROM DP_CDR_Data WHERE PSEUDO_CHURNED IS NOT NULL
         AND DP_DATE >= CAST($1 AS DATE) AND DP_DATE < CAST($1 AS DATE) + ${horizon}) USING (DP_MSISDN)`,
      [day],
    );
    unseen += found.n;
  }
  return unseen;
}

async function readGaps(db: Database, { measures, horizon }: FeaturePlan, log: CoveredLog): Promise<LabelGaps | null> {
  const found = await db.oneRow<LabelGaps>(
    `WITH gaps AS (SELECT DP_MSISDN, DP_DATE - lag(DP_DATE) OVER (PARTITION BY DP_MSISDN ORDER BY DP_DATE) AS gap
         FROM DP_CDR_Data WHERE ${activeSql(measures)} AND DP_DATE BETWEEN DATE '${log.first}' AND DATE '${log.last}'),
       means AS (SELECT avg(gap) > ${horizon} AS is_longer FROM gaps WHERE gap > 0 GROUP BY DP_MSISDN)
     SELECT ${[0.5, 0.75, 0.9, 0.95].map((p, i) => `CAST(quantile_disc(gap, ${p}) AS INTEGER) AS ${["median", "p75", "p90", "p95"][i]}`).join(", ")},
       (SELECT count(*) FROM means) AS subscribers, (SELECT count(*) FILTER (is_longer) FROM means) AS longer
     FROM gaps WHERE gap > 0`,
  );
  return found.median === null ? null : found;
}

/** Days after the horizon of which the share that is back is told. */
const AFTER = [7, 14, 30, 60, 90, 180];

async function readReturns(
  db: Database,
  { measures, horizon }: FeaturePlan,
  { last }: CoveredLog,
): Promise<LabelReturns | null> {
  const silences = await db.rows<SilencesOfLength>(
    `WITH churners AS (SELECT "User" AS DP_MSISDN, min("Date") + ${horizon - 1} AS over FROM Processed_Data WHERE M_TENURE_CHURN = 1 GROUP BY 1),
       seen AS (SELECT c.DP_MSISDN, min(DP_DATE) AS day FROM churners c JOIN DP_CDR_Data d ON d.DP_MSISDN = c.DP_MSISDN
         WHERE DP_DATE > over AND DP_DATE <= DATE '${last}' AND ${activeSql(measures)} GROUP BY c.DP_MSISDN)
     SELECT CAST(coalesce(day, DATE '${last}') - over AS DOUBLE) AS days, count(day) AS ended, count(*) - count(day) AS open
     FROM churners LEFT JOIN seen USING (DP_MSISDN) WHERE over < DATE '${last}' GROUP BY 1 ORDER BY 1`,
  );
  if (silences.length === 0) return null;
  const { survival, longest } = returnCurve(silences);
  const total = (of: "ended" | "open") => silences.reduce((sum, each) => sum + each[of], 0);
  const shown = [...AFTER.filter((days) => days < longest), longest].filter((days) => days > 0);
  return {
    subscribers: total("ended") + total("open"),
    back: total("ended"),
    byDays: shown.map((days) => ({ days, share: 1 - survival[days] })),
  };
}
