import { createHash } from "node:crypto";
import { type Calibration, calibrate, fitCalibration } from "./calibration.js";
import { choosePeopleThreshold, chooseThreshold } from "./choose-threshold.js";
import { dataHash } from "./dataset.js";
import { trainerOf } from "./engines/all-engines.js";
import type { EngineModel } from "./engines/engine.js";
import { gridOf } from "./engines/grid-of.js";
import { makeFolds } from "./make-folds.js";
import type { TrainSettings } from "./options.js";
import { peopleCurve, type ScoredSnapshots } from "./people-curve.js";
import { type SearchResult, searchGrid } from "./search-grid.js";
import { enginesOf, thresholdRule } from "./search-space.js";
import type { SnapshotPart } from "./snapshot-part.js";
import type { TrainContext } from "./train-context.js";

/** All that is learned: nothing of it has seen a test row. */
export interface FittedPipeline {
  search: SearchResult;
  trees: EngineModel;
  calibration: Calibration;
  threshold: number;
  /** What the user should know about the engine. */
  notes: readonly string[];
}

/** Searches the grid, calibrates, chooses the threshold and fits the best point, all on the training part alone. */
export async function fitOnTrainingPart(
  train: SnapshotPart,
  settings: TrainSettings,
  context: TrainContext,
): Promise<FittedPipeline> {
  const { table, label } = train;
  const seed = String(settings.seed);
  const trainer = await trainerOf(enginesOf(settings), {
    table,
    label,
    group: train.subscriber,
    classWeight: settings.class_weight,
    threads: settings.threads,
  });
  const search = await searchGrid(
    {
      trainer,
      grid: gridOf(enginesOf(settings), settings),
      label,
      folds: makeFolds(settings.fold_by, { ...train, folds: settings.folds, seed }),
      dropBehind: settings.drop_behind,
      seed,
      memory: context.memory && { keep: context.memory, name: searchName(train, settings) },
    },
    context,
  );

  const { rows, score } = search.outOfFold;
  const truth = Uint8Array.from(rows, (row) => label[row]);
  const calibration = await fitCalibration(settings.calibration, truth, score);
  const threshold = thresholdOf(settings, train.horizon, {
    label: truth,
    probability: calibrate(calibration, score),
    subscriber: Array.from(rows, (row) => train.subscriber[row]),
    day: Int32Array.from(rows, (row) => train.day[row]),
  });

  const all = Int32Array.from(label, (_, i) => i);
  const [fitted] = await trainer.fit([search.best], all, `${seed}/final`, context);
  return { search, trees: fitted.model, calibration, threshold, notes: trainer.notes };
}

/** The threshold by the rule of the options, on out-of-fold probabilities; money is counted in people, F1 in snapshots. */
function thresholdOf(settings: TrainSettings, horizon: number, outOfFold: ScoredSnapshots): number {
  const rule = thresholdRule(settings);
  if (typeof rule === "number") return rule;
  if (rule.rule === "f1") return chooseThreshold(outOfFold.label, outOfFold.probability, rule).threshold;
  return choosePeopleThreshold(peopleCurve(outOfFold, settings.cooling_off ?? horizon), rule).threshold;
}

/** Names the fits of a search: the training rows and everything beside the parameters that decides what a fit gives. */
function searchName({ table, label, subscriber, day, horizon }: SnapshotPart, settings: TrainSettings): string {
  const { class_weight, folds, fold_by, seed } = settings;
  const { names, columns } = table;
  const data = dataHash({
    features: [...names],
    columns: [...columns],
    label: Float64Array.from(label),
    subscriber,
    day,
    horizon,
  });
  return createHash("sha256")
    .update(JSON.stringify([1, data, class_weight, folds, fold_by, seed]))
    .digest("hex");
}
