import type { FeaturePlan } from "./feature-plan.js";

/** What a plan whose label is a list of leavers adds to the query of `planSql`. */
export interface LeaversSql {
  /** Who had left before the snapshot `$1`, and did nothing since: of the rows `past`. */
  gone: string;
  /** Who leaves within the horizon. */
  leaving: string;
  /** 1 for those, 0 for the others; null where the horizon goes beyond what the list knows. */
  label: string;
}

/** @param knownUntil last day of which the list knows all who left, `YYYY-MM-DD`; null when that is not known */
export function leaversSql({ horizon }: FeaturePlan, knownUntil: string | null): LeaversSql {
  const whole = knownUntil === null ? "false" : `CAST($1 AS DATE) + ${horizon - 1} <= DATE '${knownUntil}'`;
  return {
    gone: `SELECT l.DP_MSISDN FROM (SELECT DP_MSISDN, max(left_on) AS left_on FROM leavers WHERE left_on < CAST($1 AS DATE) GROUP BY DP_MSISDN) l
      ANTI JOIN (SELECT DP_MSISDN, max(DP_DATE) AS day FROM past WHERE active GROUP BY DP_MSISDN) p
        ON p.DP_MSISDN = l.DP_MSISDN AND p.day > l.left_on`,
    leaving: `SELECT DISTINCT DP_MSISDN, true AS leaves FROM leavers
      WHERE left_on >= CAST($1 AS DATE) AND left_on < CAST($1 AS DATE) + ${horizon}`,
    label: `CASE WHEN ${whole} THEN CAST(coalesce(leaves, false) AS TINYINT) END`,
  };
}
