import type { Database } from "../store/database.js";
import type { CoveredLog } from "./covered-log.js";
import type { FeaturePlan } from "./feature-plan.js";
import { leaversKnownUntil } from "./known-leavers.js";
import { populationSql } from "./plan-sql.js";

/**
 * Says whom the legacy set leaves out: it looks at the day before the snapshot, and who has no row on it has no snapshot, as in the legacy
 * system. Those who have been silent for a day leave more often than others.
 *
 * Needs the tables of `planTables`.
 */
export async function legacyLeftOut(
  db: Database,
  plan: FeaturePlan,
  log: CoveredLog,
  days: readonly { date: string; snapshots: number }[],
): Promise<string[]> {
  if (plan.set !== "seed") return [];
  const count = `WITH ${populationSql(plan, log, await leaversKnownUntil(db, plan, log))} SELECT count(*) AS n FROM population`;
  let all = 0;
  for (const { date } of days) all += (await db.row<{ n: number }>(count, [date]))?.n ?? 0;
  const kept = days.reduce((sum, { snapshots }) => sum + snapshots, 0);
  if (all === kept) return [];
  const [left, of] = [all - kept, all].map((n) => n.toLocaleString("en-US"));
  return [
    `${left} of ${of} snapshots (${((100 * (all - kept)) / all).toFixed(1)} %) are left out: the legacy set looks at the day before the snapshot, on which their subscribers have no row; the other sets have them (features.set)`,
  ];
}
