import { type Database, name } from "../store/database.js";
import type { FeaturePlan } from "./feature-plan.js";
import { lastWholeDay } from "./last-whole-day.js";
import { FIRST_DAYS, planSql } from "./plan-sql.js";

/** Where snapshots go, and of which days they are. */
export interface SnapshotTarget {
  table: string;
  /** A temporary table lives as long as the lease. */
  temporary?: boolean;
  /** Snapshot days, `YYYY-MM-DD`. */
  days: readonly string[];
  /** Told before each day, with its index. */
  onDay?: (index: number) => void;
}

/**
 * Makes a table of snapshots by a plan: a row a subscriber and day, with features, label and the hash of the plan; a
 * table of that name is replaced.
 */
export async function createSnapshots(
  db: Database,
  { plan, hash }: { plan: FeaturePlan; hash: string },
  { table, temporary = false, days, onDay }: SnapshotTarget,
): Promise<void> {
  const last = (await lastWholeDay(db)) as string;
  const features = plan.features.map((feature) => `${name(feature.name)} DOUBLE`);
  await db.run(FIRST_DAYS);
  await db.run(`DROP TABLE IF EXISTS ${table}`);
  await db.run(`CREATE ${temporary ? "TEMP " : ""}TABLE ${table} ("Date" DATE NOT NULL, "User" VARCHAR NOT NULL, ${features.join(", ")},
    "M_TENURE_CHURN" TINYINT, plan_hash VARCHAR NOT NULL, PRIMARY KEY ("User", "Date"))`);
  const sql = `INSERT INTO ${table} SELECT *, '${hash}' FROM (${planSql(plan, last)}) ORDER BY "User"`;
  for (const [index, day] of days.entries()) {
    onDay?.(index);
    await db.run(sql, [day]);
  }
}
