import { dateOf, dayOf } from "../core/days.js";
import type { Database } from "../store/database.js";
import { countLeavers } from "../store/leavers.js";
import { activeSql } from "./active-sql.js";
import type { CoveredLog } from "./covered-log.js";
import type { FeaturePlan } from "./feature-plan.js";

type LoggedDays = Pick<CoveredLog, "first" | "last">;

/**
 * The last day of which the list of leavers knows all who left, by the rule of a plan: the last day on which somebody did, the last
 * one of the log, or one that was said. Null when the label is none of a list, or nobody left.
 */
export async function leaversKnownUntil(db: Database, plan: FeaturePlan, log: LoggedDays): Promise<string | null> {
  if (plan.label !== "leavers") return null;
  if (plan.leavers_until === "log") return log.last;
  if (plan.leavers_until && plan.leavers_until !== "last") return plan.leavers_until;
  return (await countLeavers(db))?.last ?? null;
}

/** How a list of leavers and silence in the log agree. */
export interface LeaversAgainstSilence {
  /** Leavings of which the log has the whole horizon after them, and how many of these are followed by silence. */
  leavings: number;
  silentAfter: number;
  /** Subscribers of whom the log's last horizon and more has no activity, and how many of them are not on the list. */
  silent: number;
  notOnList: number;
}

/** Compares the list of leavers with silence: who left and goes on, and who is silent and not on the list. */
export async function leaversAgainstSilence(
  db: Database,
  { horizon, measures }: FeaturePlan,
  { first, last }: LoggedDays,
): Promise<LeaversAgainstSilence> {
  const latest = dateOf(dayOf(last) - horizon);
  return db.oneRow(
    `WITH active AS (SELECT DP_MSISDN, DP_DATE FROM DP_CDR_Data WHERE DP_DATE BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) AND ${activeSql(measures)}),
       seen AS (SELECT l.DP_MSISDN, l.left_on FROM leavers l SEMI JOIN DP_CDR_Data USING (DP_MSISDN)
         WHERE left_on BETWEEN CAST($1 AS DATE) AND CAST($3 AS DATE)),
       loud AS (SELECT DISTINCT s.DP_MSISDN, s.left_on FROM seen s JOIN active a ON a.DP_MSISDN = s.DP_MSISDN
         AND a.DP_DATE > s.left_on AND a.DP_DATE <= s.left_on + ${horizon}),
       silent AS (SELECT DP_MSISDN FROM active GROUP BY DP_MSISDN HAVING max(DP_DATE) <= CAST($3 AS DATE))
     SELECT (SELECT count(*) FROM seen) AS leavings, (SELECT count(*) FROM seen) - (SELECT count(*) FROM loud) AS "silentAfter",
       (SELECT count(*) FROM silent) AS silent, (SELECT count(*) FROM silent ANTI JOIN leavers USING (DP_MSISDN)) AS "notOnList"`,
    [first, last, latest],
  );
}

/** What a reader should know of a label that is a list of leavers. */
export async function leaverNotes(db: Database, plan: FeaturePlan, log: LoggedDays): Promise<string[]> {
  if (plan.label !== "leavers") return [];
  const count = await countLeavers(db);
  const knownUntil = await leaversKnownUntil(db, plan, log);
  if (!count || !knownUntil) return ["nobody left by the list of leavers: no label is known"];
  const number = (n: number) => n.toLocaleString("en-US");
  const { leavings, silentAfter, silent, notOnList } = await leaversAgainstSilence(db, plan, log);
  const rule =
    plan.leavers_until === "last"
      ? "the last day on which somebody left"
      : plan.leavers_until === "log"
        ? "the last day of the log"
        : "as features.leavers_until says";
  const other =
    plan.leavers_until === "last" && knownUntil < log.last
      ? "; if the list knows of later days on which nobody left, say until when: features.leavers_until"
      : "";
  const days = `${plan.horizon} ${plan.horizon === 1 ? "day" : "days"}`;
  return [
    `the label is a leaving by the list within ${days}; the list is taken to be whole until ${knownUntil}, ${rule}, and a label whose horizon goes beyond is unknown${other}`,
    `list against silence: of ${number(leavings)} leavings ${number(silentAfter)} are followed by silence in the ${days} after; of ${number(silent)} subscribers who are silent in the last ${days} and more of the log ${number(notOnList)} are not on the list`,
    ...(count.notInLog
      ? [
          `${number(count.notInLog)} of ${number(count.subscribers)} subscribers on the list of leavers ${count.notInLog === 1 ? "is" : "are"} not in the log`,
        ]
      : []),
  ];
}
