import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { nearest } from "../core/nearest.js";
import type { StageContext } from "../core/progress.js";
import { trainerOf } from "./all-engines.js";
import { type Baseline, baselineTable } from "./baseline-table.js";
import { brierScore } from "./brier-score.js";
import { calibrate, fitCalibration } from "./calibration.js";
import { chooseThreshold, type ThresholdRule } from "./choose-threshold.js";
import { ChurnModel } from "./churn-model.js";
import { type Confusion, confusion } from "./confusion.js";
import { checkDataset, type Dataset, dataHash, pickRows, snapshotOrder, take } from "./dataset.js";
import type { EngineName, FeatureTable, Parameters } from "./engine.js";
import { evaluate, type Metrics } from "./evaluate.js";
import { type FeatureImportance, importanceTable } from "./importances.js";
import { logLoss } from "./log-loss.js";
import { makeFolds } from "./make-folds.js";
import { type TrainOptions, type TrainSettings, trainOptions } from "./options.js";
import { permutationImportance } from "./permutation-importance.js";
import { calibrationError } from "./reliability.js";
import { type ReportCurves, reportCurves } from "./report-curves.js";
import { type GridLists, gridOf, type SearchRow, searchGrid } from "./search-grid.js";
import type { SearchMemory } from "./search-memory.js";
import { type SegmentRow, segmentationsOf, segmentTable } from "./segment-table.js";
import { type Split, splitSnapshots } from "./split-snapshots.js";
import { type TrainCharts, trainCharts } from "./train-charts.js";

/** What the training takes beside its options. */
export interface TrainContext extends StageContext {
  /** Keeps finished fits of the search, so that an interrupted training goes on where it was; see `folderMemory`. */
  memory?: SearchMemory;
}

/** What a training gives. */
export interface TrainResult {
  model: ChurnModel;
  /** Which rows of the data set trained and tested. */
  split: Split;
  /** The grid, one line a point. */
  search: SearchRow[];
  /** The chosen grid point. */
  best: Parameters;
  /** The test rows as the model sees them. */
  holdout: {
    /** Rows of the data set. */
    rows: Int32Array;
    /** Churn probability, calibrated. */
    probability: Float64Array;
    /** Score before calibration. */
    score: Float64Array;
    prediction: Uint8Array;
    label: Uint8Array;
  };
  metrics: Metrics;
  /** Errors of the scores before calibration, to compare with those in `metrics`. */
  before_calibration: { log_loss: number | null; brier: number | null; ece: number | null };
  confusion: Confusion;
  baselines: Baseline[];
  /** The test rows in parts: by snapshot day, and by the features of option `segments`. */
  segments: SegmentRow[];
  importances: FeatureImportance[];
  curves: ReportCurves;
  charts: TrainCharts;
  /** What a reader should know, in sentences; the split is the first. */
  notes: string[];
  /** Fits of the search that came from `memory`. */
  resumed: number;
}

/**
 * Trains a churn model: splits by time and by subscriber, searches the grid by cross-validation, calibrates and chooses the
 * threshold on out-of-fold scores, fits the best point on all training rows, and measures it once on the test rows.
 *
 * The same data, options and seed give the same model to the bit, in whatever order the rows come and with however many
 * threads. It reads no clock but to time the fits.
 *
 * @throws ChurnError BAD_OPTION, BAD_INPUT; NO_DATA when a part or a fold would have one class only; INTERRUPTED
 */
export async function trainModel(
  dataset: Dataset,
  options: TrainOptions = {},
  context: TrainContext = {},
): Promise<TrainResult> {
  const settings = trainOptions.parse(options);
  checkDataset(dataset);
  const order = snapshotOrder(dataset);
  const inOrder = order.every((row, i) => row === i);
  return trainInOrder(inOrder ? dataset : pickRows(dataset, order), order, settings, context);
}

async function trainInOrder(
  data: Dataset,
  order: Int32Array,
  settings: TrainSettings,
  context: TrainContext,
): Promise<TrainResult> {
  const seed = String(settings.seed);
  const split = splitSnapshots(data, {
    testDays: settings.test_days,
    testSubscribers: settings.test_subscribers,
    seed,
  });
  const unknown = settings.segments.find((name) => !data.features.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, data.features);
    throw new ChurnError("BAD_OPTION", `option "train.segments" names no feature: ${JSON.stringify(unknown)}`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : "it takes names of features",
    });
  }
  const train = part(data, split.train);
  const { table, label } = train;
  const trainer = await trainerOf(enginesOf(settings), {
    table,
    label,
    group: train.subscriber,
    classWeight: settings.class_weight,
    threads: settings.threads,
  });
  const found = await searchGrid(
    {
      trainer,
      grid: gridOf(enginesOf(settings), gridLists(settings)),
      label,
      folds: makeFolds(settings.fold_by, { ...train, horizon: data.horizon, folds: settings.folds, seed }),
      dropBehind: settings.drop_behind,
      seed,
      memory: context.memory && { keep: context.memory, name: searchName(data, split, settings) },
    },
    context,
  );

  const outOfFold = {
    label: Uint8Array.from(found.outOfFold.rows, (row) => label[row]!),
    score: found.outOfFold.score,
  };
  const calibration = await fitCalibration(settings.calibration, outOfFold.label, outOfFold.score);
  const rule = ruleOf(settings);
  const threshold =
    typeof rule === "number"
      ? rule
      : chooseThreshold(outOfFold.label, calibrate(calibration, outOfFold.score), rule).threshold;

  const all = Int32Array.from(label, (_, i) => i);
  const [fitted] = await trainer.fit([found.best], all, `${seed}/final`, context);
  const trees = fitted!.model;

  const test = part(data, split.test);
  const score = trees.score(test.table);
  const probability = calibrate(calibration, score);
  const draws = { rounds: settings.bootstrap_rounds, seed, group: test.subscriber };
  stopIfAsked(context);
  const evaluation = evaluate(test.label, probability, { ...draws, threshold });
  const { metrics } = evaluation;
  const counts = confusion(test.label, probability, threshold);
  stopIfAsked(context);
  const baselines = await baselineTable(
    { train: table, label, test: test.table, recency: settings.recency_feature, rule, seed },
    test.label,
    evaluation,
    draws,
  );
  const permutation =
    settings.permutation_repeats > 0
      ? await permutationImportance(
          trees,
          test.table,
          test.label,
          { repeats: settings.permutation_repeats, seed },
          context,
        )
      : null;
  const importances = importanceTable(data.features, trees.importances(), permutation);
  const segments = segmentTable(
    [
      { name: "snapshot day", values: take(data.day, split.test), text: dateOf },
      ...segmentationsOf(test.table, settings.segments),
    ],
    test.label,
    probability,
    { ...draws, threshold },
  );
  const before = {
    log_loss: logLoss(test.label, score),
    brier: brierScore(test.label, score),
    ece: calibrationError(test.label, score),
  };
  const curves = reportCurves(test.label, probability, score, {
    customerValue: settings.customer_value,
    contactCost: settings.contact_cost,
    successRate: settings.success_rate,
  });
  const notes = [split.note, ...trainer.notes];

  const model = new ChurnModel(
    {
      engine: found.best.engine,
      features: data.features,
      horizon: data.horizon,
      plan_hash: data.plan?.hash ?? null,
      plan: data.plan?.definition ?? null,
      data_hash: dataHash(data),
      parameters: found.best,
      // the number of threads is no part of what a model is
      settings: { ...settings, threads: 0 },
      calibration,
      threshold,
      report: {
        split: split.note,
        train_rows: label.length,
        train_churned: sum(label),
        test_rows: test.label.length,
        test_churned: sum(test.label),
        test_days: daysOf(data.day, split.test),
        search: found.table.map(({ seconds: _, ...row }) => row),
        metrics,
        confusion: counts,
        baselines: baselines.map(({ probability: _, ...baseline }) => baseline),
        importances,
        before_calibration: before,
        segments,
        notes,
      },
    },
    trees,
  );
  const given = (rows: Int32Array) => rows.map((row) => order[row]!);
  return {
    model,
    split: { ...split, train: given(split.train), test: given(split.test) },
    search: found.table,
    best: found.best,
    holdout: {
      rows: given(split.test),
      probability,
      score,
      prediction: Uint8Array.from(probability, (p) => (p >= threshold ? 1 : 0)),
      label: test.label,
    },
    metrics,
    before_calibration: before,
    confusion: counts,
    baselines,
    segments,
    importances,
    curves,
    charts: trainCharts({
      label: test.label,
      curves,
      metrics,
      before_calibration: before,
      confusion: counts,
      threshold,
      baselines,
      importances,
      segments,
      search: found.table,
    }),
    notes,
    resumed: found.resumed,
  };
}

/** Names the fits of a search: the training rows and everything that decides what a fit gives. */
function searchName(data: Dataset, split: Split, settings: TrainSettings): string {
  const { class_weight, folds, fold_by, seed } = settings;
  return JSON.stringify([1, dataHash(pickRows(data, split.train)), class_weight, folds, fold_by, seed]);
}

function part(data: Dataset, rows: Int32Array) {
  const { features, columns, label, subscriber, day } = pickRows(data, rows);
  const table: FeatureTable = { names: features, columns };
  return { table, label: Uint8Array.from(label), subscriber, day };
}

function enginesOf({ engine }: TrainSettings): EngineName[] {
  return engine === "both" ? ["forest", "boosting"] : [engine];
}

function gridLists(settings: TrainSettings): GridLists {
  const { num_trees, max_depth, max_features, max_leaves, learning_rate, l2, min_samples_leaf } = settings;
  const { min_samples_split, max_samples, criterion } = settings;
  return {
    ...{ num_trees, max_depth, max_features, max_leaves, learning_rate, l2, min_samples_leaf },
    ...(min_samples_split ? { min_samples_split } : {}),
    ...(max_samples ? { max_samples } : {}),
    ...(criterion ? { criterion } : {}),
  };
}

function ruleOf(settings: TrainSettings): ThresholdRule | number {
  if (settings.threshold === "f1") return { rule: "f1" };
  if (settings.threshold === "cost") {
    return { rule: "cost", falseAlarm: settings.cost_false_alarm, missed: settings.cost_missed };
  }
  if (settings.threshold === "profit") {
    const { customer_value, contact_cost, success_rate } = settings;
    return { rule: "profit", customerValue: customer_value, contactCost: contact_cost, successRate: success_rate };
  }
  return settings.threshold;
}

function stopIfAsked({ signal }: StageContext): void {
  if (signal?.aborted) throw new ChurnError("INTERRUPTED", "training was interrupted");
}

const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);

function daysOf(day: Int32Array, rows: Int32Array): [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    first = Math.min(first, day[row]!);
    last = Math.max(last, day[row]!);
  }
  return [first, last];
}
