import { isAmong } from "../store/is-among.js";
import { silentLabelSql } from "../store/silent-rule.js";
import { activeSql } from "./active-sql.js";
import type { CoveredLog } from "./covered-log.js";
import type { FeaturePlan } from "./feature-plan.js";
import { staysOnlyDays } from "./stays-only-days.js";

/** The query for what the rows of the horizon say of each subscriber that has any: `flagged`, `active`. `$1` = the snapshot day. */
export const futureRows = (plan: FeaturePlan): string =>
  `SELECT DP_MSISDN, max(PSEUDO_CHURNED) AS flagged, coalesce(bool_or(${activeSql(plan.measures)}), false) AS active
      FROM DP_CDR_Data WHERE DP_DATE >= CAST($1 AS DATE) AND DP_DATE < CAST($1 AS DATE) + ${plan.horizon} GROUP BY DP_MSISDN`;

/** SQL for the label of a plan that goes by the log: of subscribers joined to `future`; null where the log ends before the horizon. */
export function labelSql(plan: FeaturePlan, log: CoveredLog): string {
  return `CASE WHEN CAST($1 AS DATE) + ${plan.horizon - 1} <= DATE '${log.last}' THEN ${known(plan, log)} END`;
}

/** The label of a horizon that the log covers to its end. */
function known(plan: FeaturePlan, { missing }: CoveredLog): string {
  const unseen = silentLabelSql(plan.label === "given" ? (plan.silent ?? "leaver") : "leaver");
  const silent = `CASE WHEN coalesce(future.active, false) THEN 0 ELSE ${unseen} END`;
  const whole = `CAST(${plan.label === "given" ? `coalesce(future.flagged, ${silent})` : silent} AS TINYINT)`;
  const broken = staysOnlyDays(plan, missing);
  if (!broken.length) return whole;
  // silence on days that are not there is no sign; what was seen on the others is
  const seen = plan.label === "given" ? "future.flagged = 1 OR future.active" : "future.active";
  return `CASE WHEN ${isAmong("CAST($1 AS DATE)", broken)} AND NOT coalesce(${seen}, false) THEN NULL ELSE ${whole} END`;
}
