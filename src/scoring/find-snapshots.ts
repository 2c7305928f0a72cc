import { createSnapshots } from "../features/create-snapshots.js";
import type { FeaturePlan } from "../features/feature-plan.js";
import type { Database } from "../store/database.js";
import type { ChurnModel } from "../training/churn-model.js";
import { type SnapshotTable, snapshotTable } from "../training/read-dataset.js";

/**
 * The snapshots that a model scores: `Processed_Data`, or, where another plan made that table, snapshots of the same days by
 * the plan that the model carries, in a temporary table.
 */
export async function findSnapshots(db: Database, model: ChurnModel): Promise<SnapshotTable> {
  const current = await snapshotTable(db);
  const { plan, plan_hash } = model.facts;
  if (plan_hash === null || plan_hash === current.planHash || !plan) return current;
  const own = { table: "snapshots_of_the_model", plan: plan as FeaturePlan, planHash: plan_hash };
  const days = await db.rows<{ day: string }>(
    'SELECT DISTINCT CAST("Date" AS VARCHAR) AS day FROM Processed_Data ORDER BY day',
  );
  await createSnapshots(
    db,
    { plan: own.plan, hash: plan_hash },
    { table: own.table, temporary: true, days: days.map(({ day }) => day) },
  );
  return { ...current, ...own };
}
