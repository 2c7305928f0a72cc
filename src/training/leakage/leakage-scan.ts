import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import { isCustom } from "../../features/custom-feature.js";
import type { FeaturePlan } from "../../features/feature-plan.js";
import { featureTitles } from "../../features/feature-title.js";
import { isOfAttribute } from "../../features/plan-attributes.js";
import type { Store } from "../../store/open-store.js";
import { storedAttributes } from "../../store/subscriber-attributes.js";
import type { Dataset } from "../dataset.js";
import { type TrainOptions, trainOptions } from "../options.js";
import { readDataset, snapshotTable } from "../read-dataset.js";
import { splitSnapshots } from "../split-snapshots.js";
import { type FeatureStrength, featureStrength, labelledRows } from "./feature-strength.js";
import { type LateRows, lateRows } from "./late-rows.js";
import { findingsOf, type LeakageFinding } from "./leakage-findings.js";
import { namesSubscriber } from "./names-subscriber.js";
import { oneSided } from "./one-sided.js";

/** What a model might learn that it will not have when it counts. */
export interface LeakageScan {
  /** Worst first. */
  findings: LeakageFinding[];
  /** What was looked at and found to be well, in sentences. */
  well: string[];
  snapshots: number;
  subscribers: number;
  churned: number;
  /** Each feature alone against the label, strongest first. */
  features: (FeatureStrength & { title: string })[];
}

/**
 * Looks for leaks in `Processed_Data`: single features that are too good, features whose absence or presence settles the label, ids in
 * disguise, attributes that may be of later, subscribers that both train and test, and rows that came after the snapshot that counts them.
 *
 * A finding is a question, not a verdict: recency may be that good, and a flag that a process sets beforehand may be known.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options those of `train` that say how snapshots are split
 * @throws ChurnError NO_DATA when there are no snapshots with a label
 * @example
 * const { findings } = await leakageScan(store);
 */
export async function leakageScan(
  store: Store,
  options: Pick<TrainOptions, "test_days" | "test_subscribers" | "seed"> = {},
  context: StageContext = {},
): Promise<LeakageScan> {
  const settings = trainOptions.parse(options);
  return store.lease(
    async (db) => {
      const table = await snapshotTable(db);
      const dataset = await readDataset(db, table, "true");
      if (dataset.label.every(Number.isNaN)) {
        throw new ChurnError("NO_DATA", "no snapshot has a label: nothing to compare features with", {
          hint: "shorten the horizon or load more days, then churn features",
        });
      }
      const late = await lateRows(db);
      const hasHistory = (await storedAttributes(db))?.has_history ?? true;
      const split = {
        testDays: settings.test_days,
        testSubscribers: settings.test_subscribers,
        seed: settings.seed,
      };
      return scanDataset(dataset, { plan: table.plan, late, hasHistory, overlap: overlapOf(dataset, split) }, context);
    },
    { signal: context.signal },
  );
}

interface Surroundings {
  plan: FeaturePlan;
  late: LateRows | null;
  hasHistory: boolean;
  overlap: { both: number; test: number } | null;
}

function scanDataset(dataset: Dataset, around: Surroundings, context: StageContext): LeakageScan {
  const { plan, late, hasHistory, overlap } = around;
  const known = labelledRows(dataset);
  const titles = featureTitles(plan);
  const titleOf = (feature: string) => titles.get(feature) ?? feature;
  const ofLater = new Set(hasHistory ? [] : plan.features.filter(isOfAttribute).map(({ name }) => name));
  const ofLog = new Set(plan.features.flatMap((each) => (isOfAttribute(each) || isCustom(each) ? [] : [each.name])));
  const looked = dataset.features.map((feature, j) => {
    throwIfInterrupted(context.signal, "features leakage");
    context.onProgress?.({ task: "features leakage", done: j, total: dataset.features.length, unit: "features" });
    const column = dataset.columns[j];
    return {
      ...featureStrength(feature, column, known),
      title: titleOf(feature),
      settled: oneSided(column, known),
      naming: namesSubscriber(column, dataset),
      ofLater: ofLater.has(feature),
      isOfLog: ofLog.has(feature),
    };
  });
  context.onProgress?.({ task: "features leakage", done: looked.length, total: looked.length, unit: "features" });
  const strength = ({ auc }: FeatureStrength) => (auc ? Math.abs(auc.auc - 0.5) : -1);
  return {
    ...findingsOf(looked, { late, overlap, derived: plan.label === "derived" }),
    snapshots: known.rows.length,
    subscribers: known.subscribers,
    churned: known.churned,
    features: looked
      .map(({ feature, title, missing, auc, missingAuc }) => ({ feature, title, missing, auc, missingAuc }))
      .sort((a, b) => strength(b) - strength(a)),
  };
}

/** Subscribers of the test that also train, by the split that `train` makes; null where it cannot be made. */
function overlapOf(dataset: Dataset, options: Parameters<typeof splitSnapshots>[1]): Surroundings["overlap"] {
  try {
    const { train, test } = splitSnapshots(dataset, options);
    const trains = new Set(Array.from(train, (row) => dataset.subscriber[row]));
    const tests = new Set(Array.from(test, (row) => dataset.subscriber[row]));
    return { both: [...tests].filter((each) => trains.has(each)).length, test: tests.size };
  } catch (error) {
    // too few labels to split: train says why
    if (error instanceof ChurnError && error.code === "NO_DATA") return null;
    throw error;
  }
}
