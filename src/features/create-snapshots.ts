import { ChurnError } from "../core/errors.js";
import { type Database, name } from "../store/database.js";
import { isAmong } from "../store/is-among.js";
import { compileCustom } from "./compile-custom.js";
import { coveredLog } from "./covered-log.js";
import { customFault } from "./custom-sql.js";
import type { FeaturePlan } from "./feature-plan.js";
import { historiesSql, needsHistories } from "./histories-sql.js";
import { leaversKnownUntil } from "./known-leavers.js";
import { planSql, planTables } from "./plan-sql.js";
import { checkAttributes } from "./read-attributes.js";

/** Where snapshots go, and of which days they are. */
export interface SnapshotTarget {
  table: string;
  /** A temporary table lives as long as the lease. */
  temporary?: boolean;
  /** Snapshot days, `YYYY-MM-DD`, in their order. */
  days: readonly string[];
  /** Days that the table has already and keeps; the others of it go. */
  kept?: ReadonlySet<string>;
  /** Told before each day, with its index. */
  onDay?: (index: number) => void;
}

/**
 * Makes a table of snapshots by a plan: a row a subscriber and day, with features, label and the hash of the plan; a
 * table of that name is replaced, but for days that it keeps.
 */
export async function createSnapshots(
  db: Database,
  { plan, hash }: { plan: FeaturePlan; hash: string },
  { table, temporary = false, days, kept = new Set(), onDay }: SnapshotTarget,
): Promise<void> {
  const log = await coveredLog(db);
  if (!log) throw new ChurnError("NO_DATA", "no records are loaded", { hint: "churn load" });
  await checkAttributes(db, plan);
  const custom = await compileCustom(db, plan);
  const features = plan.features.map((feature) => `${name(feature.name)} DOUBLE`);
  for (const sql of planTables(log)) await db.run(sql);
  if (kept.size) {
    await db.run(`DELETE FROM ${table} WHERE NOT ${isAmong('"Date"', kept)}`);
  } else {
    await db.run(`DROP TABLE IF EXISTS ${table}`);
    await db.run(`CREATE ${temporary ? "TEMP " : ""}TABLE ${table} ("Date" DATE NOT NULL, "User" VARCHAR NOT NULL, ${features.join(", ")},
    "M_TENURE_CHURN" TINYINT, plan_hash VARCHAR NOT NULL, PRIMARY KEY ("User", "Date"))`);
  }
  const sql = `INSERT INTO ${table} SELECT *, '${hash}' FROM (${planSql(plan, log, { knownUntil: await leaversKnownUntil(db, plan, log), custom })}) ORDER BY "User"`;
  let at: string | null = null;
  for (const [index, day] of days.entries()) {
    onDay?.(index);
    if (kept.has(day)) continue;
    if (needsHistories(plan)) for (const step of historiesSql(plan, log, at, day)) await db.run(step);
    at = day;
    try {
      await db.run(sql, [day]);
    } catch (error) {
      throw (await customFault(db, plan, { log, custom, day })) ?? error;
    }
  }
}
