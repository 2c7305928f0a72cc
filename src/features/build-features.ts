import { rename, rm } from "node:fs/promises";
import { throwIfInterrupted } from "../core/interrupted.js";
import { makeFolder } from "../core/make-folder.js";
import type { StageContext } from "../core/progress.js";
import { type Database, text } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { snapshotsFile } from "../store/snapshots-file.js";
import { notesOfRows } from "../store/store-notes.js";
import { createSnapshots } from "./create-snapshots.js";
import { type FeaturePlan, planHash } from "./feature-plan.js";
import { featureTitles } from "./feature-title.js";
import { findPlan } from "./find-plan.js";
import { leaverNotes } from "./known-leavers.js";
import { type LabelFacts, labelFacts } from "./label-facts.js";
import { labelNotes } from "./label-notes.js";
import { legacyLeftOut } from "./legacy-left-out.js";
import { type FeatureOptions, featureOptions } from "./options.js";
import { writePlanFile } from "./plan-file.js";
import { churnBySegment, type SegmentChurn } from "./segment-churn.js";
import { snapshotDays } from "./snapshot-days.js";
import { keptDays, snapshotKeys, writeSnapshotKeys } from "./snapshot-keys.js";
import { windowNotes } from "./window-notes.js";

/** What the feature stage made. */
export interface FeatureResult {
  plan: FeaturePlan;
  planHash: string;
  snapshots: number;
  subscribers: number;
  features: number;
  /** Per snapshot day: how many subscribers, how many of them with a known label, and the share that churned. */
  days: { date: string; snapshots: number; labelled: number; churned: number | null }[];
  /** Snapshot days that were taken as they were: nothing that their rows depend on has changed since they were made. */
  kept: string[];
  /** What the labels say, and how far they can be trusted. */
  labels: LabelFacts;
  /** Churn by value of each attribute that is a text, or true or false; empty where the store has none. */
  segments: SegmentChurn[];
  /** What a person calls each feature: "outgoing calls, sum of 30 days". */
  titles: Record<string, string>;
  /** The same rows as `Processed_Data`, as a file. */
  parquet: string;
  /** What there is to know of them: days that the log does not cover, rows that were made up, a label that says little. */
  notes: string[];
}

/**
 * Turns the records into snapshots with features and label: table `Processed_Data` and a Parquet file of the same rows.
 *
 * Running it again replaces both; a killed run leaves those of before. Snapshot days whose rows would be the same, since plan, log before the end of their
 * horizon, covered days, attributes and leavers are, are not computed again.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns the plan of the features, the snapshots by day, and the path of the Parquet file
 * @throws ChurnError NO_DATA when nothing is loaded or the log is too short
 * @example
 * const { plan, days } = await buildFeatures(store, { horizon: 30 });
 */
export async function buildFeatures(
  store: Store,
  options: FeatureOptions = {},
  context: StageContext = {},
): Promise<FeatureResult> {
  const settings = featureOptions.parse(options);
  return store.lease(
    async (db) => {
      const { plan, log, isRead, notes: planNotes } = await findPlan(db, settings);
      const days = snapshotDays(plan, settings, log);
      const hash = planHash(plan);
      const parquet = snapshotsFile(settings.data_dir, hash, store.mark);

      await makeFolder(settings.data_dir);
      const kept = new Set<string>();
      const beside = `${parquet}.${process.pid}.part`;
      try {
        await db.transaction(async () => {
          // a transaction that comes into conflict begins again
          kept.clear();
          const onDay = (index: number) => {
            context.onProgress?.({ task: "features", done: index, total: days.length, unit: "snapshot days" });
            throwIfInterrupted(context.signal, "features");
          };
          const keys = await snapshotKeys(db, plan, log, days);
          for (const day of settings.reuse ? await keptDays(db, keys) : []) kept.add(day);
          await createSnapshots(db, { plan, hash }, { table: "Processed_Data", days, kept, onDay });
          await writeSnapshotKeys(db, keys, kept);
          await db.run(
            `COPY (SELECT * FROM Processed_Data ORDER BY "Date", "User") TO ${text(beside)} (FORMAT parquet, COMPRESSION zstd)`,
          );
          await db.run("UPDATE feature_plans SET is_current = false");
          await db.run("INSERT OR REPLACE INTO feature_plans SELECT $1, $2, count(*), true FROM Processed_Data", [
            hash,
            JSON.stringify(plan),
          ]);
          await rename(beside, parquet);
        });
      } finally {
        await rm(beside, { force: true });
      }
      context.onProgress?.({ task: "features", done: days.length, total: days.length, unit: "snapshot days" });
      const counted = await countSnapshots(db);
      const labels = await labelFacts(db, plan, log);
      const segments = await churnBySegment(db);
      const notes = [
        ...(await notesOfRows(db)),
        ...planNotes,
        ...windowNotes(plan, days, log),
        ...(await legacyLeftOut(db, plan, log, counted.days)),
        ...labelNotes(plan, labels),
        ...(await leaverNotes(db, plan, log)),
      ];
      if (settings.plan_file !== null && !isRead) await writePlanFile(settings.plan_file, plan);
      const titles = Object.fromEntries(featureTitles(plan));
      const features = plan.features.length;
      return {
        plan,
        planHash: hash,
        parquet,
        features,
        ...counted,
        kept: [...kept].sort(),
        labels,
        segments,
        titles,
        notes,
      };
    },
    { signal: context.signal },
  );
}

/** The plan that `Processed_Data` was made by, or undefined when there is none yet. */
export async function currentPlan(db: Database): Promise<{ plan: FeaturePlan; plan_hash: string } | undefined> {
  const found = await db.row<{ plan: string; plan_hash: string }>(
    "SELECT plan, plan_hash FROM feature_plans WHERE is_current",
  );
  return found && { plan: JSON.parse(found.plan) as FeaturePlan, plan_hash: found.plan_hash };
}

async function countSnapshots(db: Database): Promise<Pick<FeatureResult, "snapshots" | "subscribers" | "days">> {
  const days = await db.rows<FeatureResult["days"][number]>(
    `SELECT CAST("Date" AS VARCHAR) AS date, count(*) AS snapshots, count(M_TENURE_CHURN) AS labelled, avg(M_TENURE_CHURN) AS churned
     FROM Processed_Data GROUP BY "Date" ORDER BY "Date"`,
  );
  const total = await db.row<{ snapshots: number; subscribers: number }>(
    `SELECT count(*) AS snapshots, count(DISTINCT "User") AS subscribers FROM Processed_Data`,
  );
  return { days, snapshots: total?.snapshots ?? 0, subscribers: total?.subscribers ?? 0 };
}
