import { ChurnError } from "../core/errors.js";
import { coveredLog } from "../features/covered-log.js";
import type { FeaturePlan } from "../features/feature-plan.js";
import { staysOnlyDays } from "../features/stays-only-days.js";
import { columnAs, columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import { name } from "../store/database.js";
import { isAmong } from "../store/is-among.js";
import type { Dataset } from "./dataset.js";

/** A table of snapshots, the plan that made it, and the last day that was loaded rather than streamed. */
export interface SnapshotTable {
  /** Name of the table. */
  table: string;
  plan: FeaturePlan;
  planHash: string;
  /** `YYYY-MM-DD`; labels that were not known by this day's end do not train. */
  loadedUntil: string;
  /** Days within the log that are not covered, `YYYY-MM-DD`. */
  missing: readonly string[];
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
    missing: log.missing,
  };
}

/** What a reader of a training should know of days of which only the stays are known; nothing where no snapshot is of one. */
export async function staysOnlyNotes(db: Database, table: SnapshotTable): Promise<string[]> {
  const days = staysOnlyDays(table.plan, table.missing);
  if (!days.length) return [];
  const { n, first, last } = await db.oneRow<{ n: number; first: string | null; last: string | null }>(
    `SELECT count(*) AS n, CAST(min("Date") AS VARCHAR) AS first, CAST(max("Date") AS VARCHAR) AS last
     FROM ${table.table} WHERE ${isAmong('"Date"', days)}`,
  );
  if (n === 0) return [];
  return [
    `${n.toLocaleString("en-US")} snapshots from ${first} to ${last} are left out: more than a tenth of their ${table.plan.horizon} days is not covered by the log, so that it is known who stays, and not who leaves`,
  ];
}

/** SQL for the label of a snapshot that one may learn from and measure against; null where it is not known, or known of stays only. */
export function fairLabel(table: Pick<SnapshotTable, "plan" | "missing">, prefix = ""): string {
  const days = staysOnlyDays(table.plan, table.missing);
  const label = `${prefix}M_TENURE_CHURN`;
  if (!days.length) return label;
  return `CASE WHEN NOT ${isAmong(`${prefix}"Date"`, days)} THEN ${label} END`;
}

/**
 * Reads snapshots as a data set, by day and subscriber; a label that is known of stays only is missing.
 *
 * @param where SQL condition on the table
 */
export async function readDataset(
  db: Database,
  { table, plan, planHash, missing }: SnapshotTable,
  where: string,
): Promise<Dataset> {
  const features = plan.features.map((feature) => feature.name);
  const columns = await db.columns(
    `SELECT ${features.map(name).join(", ")}, ${fairLabel({ plan, missing })} AS M_TENURE_CHURN, "User", "Date" FROM ${table} WHERE ${where} ORDER BY "Date", "User"`,
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
