import type { CoveredLog } from "./covered-log.js";

/** SQL for how many covered days there are before the snapshot `$1`. */
export function daysBefore({ first, missing }: Pick<CoveredLog, "first" | "missing">): string {
  return missing.length
    ? "(SELECT count(*) FROM covered WHERE day < CAST($1 AS DATE))"
    : `(CAST($1 AS DATE) - DATE '${first}')`;
}

/** SQL for the place of a row's day among the covered ones, from 1 on, and the join that it needs; a day that is not covered has no row. */
export function placeOfRow({ first, missing }: Pick<CoveredLog, "first" | "missing">): { place: string; join: string } {
  return missing.length
    ? { place: "covered.place", join: " JOIN covered ON covered.day = DP_DATE" }
    : { place: `(DP_DATE - DATE '${first}' + 1)`, join: "" };
}
