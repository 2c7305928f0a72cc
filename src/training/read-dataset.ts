import { ChurnError } from "../core/errors.js";
import { coveredLog } from "../features/covered-log.js";
import type { FeaturePlan } from "../features/feature-plan.js";
import { columnAs, columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import { name } from "../store/database.js";
import type { Dataset } from "./dataset.js";

/** A table of snapshots, the plan that made it, and the last day that was loaded rather than streamed. */
export interface SnapshotTable {
  /** Name of the table. */
  table: string;
  plan: FeaturePlan;
  planHash: string;
  /** `YYYY-MM-DD`; labels that were not known by this day's end do not train. */
  loadedUntil: string;
}

/**
 * Finds out what `Processed_Data` holds.
 *
 * @throws ChurnError NO_DATA when the feature stage has not run
 */
export async function snapshotTable(db: Database): Promise<SnapshotTable> {
  const found = await db.row<{ plan: string; plan_hash: string }>(
    "SELECT plan, plan_hash FROM feature_plans WHERE is_current",
  );
  const log = found && (await coveredLog(db));
  if (!log) throw new ChurnError("NO_DATA", "there are no snapshots yet", { hint: "churn features" });
  return {
    table: "Processed_Data",
    plan: JSON.parse(found.plan),
    planHash: found.plan_hash,
    loadedUntil: log.loaded,
  };
}

/**
 * Reads snapshots as a data set, by day and subscriber.
 *
 * @param where SQL condition on the table
 */
export async function readDataset(
  db: Database,
  { table, plan, planHash }: SnapshotTable,
  where: string,
): Promise<Dataset> {
  const features = plan.features.map((feature) => feature.name);
  const columns = await db.columns(
    `SELECT ${features.map(name).join(", ")}, M_TENURE_CHURN, "User", "Date" FROM ${table} WHERE ${where} ORDER BY "Date", "User"`,
  );
  const found = columnsAs(columns, { M_TENURE_CHURN: Float64Array, User: String, Date: Int32Array });
  return {
    features,
    columns: features.map((feature) => columnAs(columns, feature, Float64Array)),
    label: found.M_TENURE_CHURN,
    subscriber: found.User,
    day: found.Date,
    horizon: plan.horizon,
    plan: { hash: planHash, definition: plan },
  };
}
