import { createHash } from "node:crypto";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { bin } from "../forest/matrix/bin.js";
import { type Calibration, calibrate, fitCalibration } from "./calibration.js";
import { chooseF1Threshold, choosePeopleThreshold } from "./choose-threshold.js";
import { type Choice, type CrossValidated, compareCandidates } from "./compare-candidates.js";
import { dataHash } from "./dataset.js";
import { type Trainers, trainerOf } from "./engines/all-engines.js";
import { blendModel } from "./engines/blend-engine.js";
import type { EngineModel, EngineName } from "./engines/engine.js";
import { gridOf } from "./engines/grid-of.js";
import { makeFolds } from "./make-folds.js";
import type { MeasuredRows } from "./measured-rows.js";
import type { TrainSettings } from "./options.js";
import { peopleCurve, type ScoredSnapshots } from "./people-curve.js";
import { type SearchResult, searchGrid } from "./search-grid.js";
import { enginesOf, thresholdRule } from "./search-space.js";
import type { SnapshotPart } from "./snapshot-part.js";
import type { TrainContext } from "./train-context.js";

/** A candidate fitted on all training rows. */
export interface FittedCandidate {
  /** What it made of the rows of the folds. */
  validated: CrossValidated;
  model: EngineModel;
  calibration: Calibration;
  threshold: number;
}

/** All that is learned: nothing of it has seen a test row. */
export interface FittedPipeline {
  search: SearchResult;
  choice: Choice;
  /** All candidates by cross-validated log loss, the chosen one among them. */
  candidates: FittedCandidate[];
  /** Engines without a fit to these rows or features, with the reason. */
  lacking: ReadonlyMap<EngineName, string>;
  /** The chosen one. */
  trees: EngineModel;
  calibration: Calibration;
  threshold: number;
  /** What the user should know about the engines. */
  notes: readonly string[];
}

/** Searches the grids of all candidates, chooses one, calibrates, chooses the threshold, and fits each on all training rows: all on the training part alone. */
export async function fitOnTrainingPart(
  train: SnapshotPart,
  settings: TrainSettings,
  context: TrainContext,
): Promise<FittedPipeline> {
  const { table, label, subscriber } = train;
  const seed = String(settings.seed);
  const { engines, eligible, blends } = enginesOf(settings);
  let binned: ReturnType<typeof bin> | undefined;
  const trainer = await trainerOf(engines, {
    table,
    label,
    group: subscriber,
    day: train.day,
    horizon: train.horizon,
    recency: settings.recency_feature,
    binned: () => {
      binned ??= bin(table);
      return binned;
    },
    classWeight: settings.class_weight,
    threads: settings.threads,
  });
  const search = await searchGrid(
    {
      trainer,
      grid: gridOf(
        engines.filter((engine) => !trainer.lacking.has(engine)),
        settings,
      ),
      label,
      subscriber,
      folds: makeFolds(settings.fold_by, { ...train, folds: settings.folds, seed }),
      calibration: settings.calibration === "auto" ? "platt" : settings.calibration,
      dropBehind: settings.drop_behind,
      seed,
      memory: context.memory && { keep: context.memory, name: searchName(train, settings) },
    },
    context,
  );
  const choice = await compareCandidates({ search, eligible, blends, calibration: settings.calibration });
  const { fitted, failed } = await fitAll(choice, trainer, train, settings, search.measured, context);
  const chosen = fitted.find(({ validated }) => validated === choice.chosen);
  if (!chosen) throw new Error("the chosen candidate was not fitted");
  markChosen(search, choice.chosen);
  return {
    search,
    choice,
    candidates: fitted,
    lacking: new Map([...trainer.lacking, ...search.failed, ...failed]),
    trees: chosen.model,
    calibration: chosen.calibration,
    threshold: chosen.threshold,
    notes: trainer.notes,
  };
}

/** Fits each candidate on all training rows; a rival that has no fit to them is left out, with the reason. */
async function fitAll(
  { candidates, chosen }: Choice,
  trainer: Trainers,
  train: SnapshotPart,
  settings: TrainSettings,
  measured: MeasuredRows,
  context: TrainContext,
) {
  const all = Int32Array.from(train.label, (_, i) => i);
  const fitted = new Map<CrossValidated, FittedCandidate>();
  const failed = new Map<EngineName, string>();
  const complete = async (validated: CrossValidated, model: EngineModel) => {
    const calibration = await fitCalibration(validated.calibration, measured.label, validated.score);
    const threshold = thresholdOf(settings, train.horizon, {
      label: measured.label,
      probability: calibrate(calibration, validated.score),
      subscriber: measured.subscriber,
      day: Int32Array.from(measured.rows, (row) => train.day[row]),
    });
    fitted.set(validated, { validated, model, calibration, threshold });
  };
  for (const validated of candidates.filter(({ blend }) => blend === undefined)) {
    try {
      const [point] = await trainer.fit([validated.parameters], all, `${settings.seed}/final`, context);
      await complete(validated, point.model);
    } catch (error) {
      const needed = chosen === validated || chosen.blend?.parts.includes(validated);
      if (needed || !(error instanceof ChurnError) || error.code !== "NO_DATA") throw error;
      failed.set(validated.engine, messageOf(error));
    }
  }
  for (const validated of candidates) {
    if (validated.blend === undefined) continue;
    const parts = validated.blend.parts.flatMap((part) => fitted.get(part) ?? []);
    if (parts.length === 2) await complete(validated, blendModel(validated.blend.of, parts));
  }
  return { fitted: candidates.flatMap((validated) => fitted.get(validated) ?? []), failed };
}

/** Marks the grid points that the chosen model is made of. */
function markChosen({ table }: SearchResult, { parameters, blend }: CrossValidated): void {
  const points = blend ? blend.parts.map((part) => part.parameters) : [parameters];
  for (const row of table) row.chosen = points.includes(row.parameters);
}

/** The threshold by the rule of the options, on out-of-fold probabilities; money is counted in people, F1 in snapshots. */
function thresholdOf(settings: TrainSettings, horizon: number, outOfFold: ScoredSnapshots): number {
  const rule = thresholdRule(settings);
  if (typeof rule === "number") return rule;
  if (rule.rule === "f1") return chooseF1Threshold(outOfFold.label, outOfFold.probability).threshold;
  return choosePeopleThreshold(peopleCurve(outOfFold, settings.cooling_off ?? horizon), rule).threshold;
}

/** Names the fits of a search: the training rows and everything beside the parameters that decides what a fit gives. */
function searchName({ table, label, subscriber, day, horizon }: SnapshotPart, settings: TrainSettings): string {
  const { class_weight, folds, fold_by, seed, recency_feature } = settings;
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
    .update(JSON.stringify([2, data, class_weight, folds, fold_by, seed, recency_feature]))
    .digest("hex");
}
