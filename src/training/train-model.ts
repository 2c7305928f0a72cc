import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { snakeKeys } from "../core/key-case.js";
import { mean } from "../statistics/mean.js";
import { calibrate } from "./calibration.js";
import { calibrationWords } from "./check-calibration.js";
import { ChurnModel, type ModelReport } from "./churn-model.js";
import { checkDataset, type Dataset, dataHash, pickRows, snapshotOrder } from "./dataset.js";
import type { Parameters } from "./engines/engine.js";
import { averageEffects } from "./explain/average-effects.js";
import { fitOnTrainingPart } from "./fit-on-training-part.js";
import { type Measured, measureModel } from "./measure-model.js";
import { type TrainOptions, type TrainSettings, trainOptions } from "./options.js";
import { planTitles } from "./plan-titles.js";
import { testWords } from "./report/candidate-words.js";
import { type TrainCharts, trainCharts } from "./report/train-charts.js";
import type { SearchRow } from "./search-grid.js";
import { campaignOf } from "./search-space.js";
import { type SnapshotPart, snapshotPart } from "./snapshot-part.js";
import { type Split, splitSnapshots } from "./split-snapshots.js";
import type { TrainContext } from "./train-context.js";
import { rateWarnings } from "./training-warnings.js";

/** What a training gives. */
export interface TrainResult extends Omit<Measured, "score" | "probability"> {
  model: ChurnModel;
  /** Which rows of the data set trained and tested. */
  split: Split;
  /** The grid, one line a point. */
  search: SearchRow[];
  /** The chosen grid point; of a blend only that it is one: `search` marks its two points. */
  best: Parameters;
  /** Which candidate was chosen and why, in a sentence. */
  why: string;
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
  charts: TrainCharts;
  /** What a reader should know, in sentences; the split is the first. */
  notes: string[];
  /** Fits of the search that came from `memory`. */
  resumed: number;
}

/**
 * Trains a churn model: splits by time and by subscriber, searches the grids of all candidates by cross-validation and takes
 * the one of least log loss, calibrates and chooses the threshold on out-of-fold scores, fits it on all training rows, and
 * measures it once on the test rows.
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
  checkSegments(settings, data.features);
  const split = splitSnapshots(data, {
    testDays: settings.test_days,
    testSubscribers: settings.test_subscribers,
    seed: String(settings.seed),
  });
  const train = snapshotPart(data, split.train);
  const test = snapshotPart(data, split.test);
  const learned = await fitOnTrainingPart(train, settings, context);
  const titleOf = planTitles(data.plan?.definition);
  const { score, probability, ...measured } = await measureModel(learned, test, settings, {
    ...context,
    titleOf,
  });

  const { search, choice, trees, calibration, threshold } = learned;
  const { chosen } = choice;
  const story = testWords(measured.candidates);
  const notes = [
    split.note,
    ...(context.notes ?? []),
    choice.why,
    ...(story ? [story] : []),
    calibrationWords(measured.calibrationCheck),
    ...rateWarnings(train, { ...test, probability }, { threshold, rule: settings.threshold }),
    ...learned.notes,
  ];
  const model = new ChurnModel(
    {
      engine: chosen.engine,
      features: data.features,
      horizon: data.horizon,
      plan_hash: data.plan?.hash ?? null,
      plan: data.plan?.definition ?? null,
      data_hash: dataHash(data),
      parameters: chosen.parameters,
      // the number of threads is not part of the model
      settings: { ...settings, threads: 0 },
      calibration,
      average: averageEffects(learned, train.table, mean(calibrate(calibration, chosen.score)) ?? 0),
      threshold,
      report: reportOf(train, test, search.table, measured, notes),
    },
    trees,
  );
  const given = (rows: Int32Array) => rows.map((row) => order[row]);
  return {
    ...measured,
    model,
    split: { ...split, train: given(split.train), test: given(split.test) },
    search: search.table,
    best: chosen.parameters,
    why: choice.why,
    holdout: {
      rows: given(split.test),
      probability,
      score,
      prediction: Uint8Array.from(probability, (p) => (p >= threshold ? 1 : 0)),
      label: test.label,
    },
    charts: trainCharts({
      ...measured,
      snapshots: { ...test, probability },
      campaign: campaignOf(settings),
      threshold,
      search: search.table,
      titleOf,
    }),
    notes,
    resumed: search.resumed,
  };
}

function checkSegments({ segments }: TrainSettings, features: readonly string[]): void {
  const unknown = segments.find((name) => !features.includes(name));
  if (unknown === undefined) return;
  const near = closestMatch(unknown, features);
  throw new ChurnError("BAD_OPTION", `option "train.segments" does not name a feature: ${JSON.stringify(unknown)}`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : "it takes names of features",
  });
}

/** What the model's file tells: no arrays a row, and no times, so that the same model has the same file. */
function reportOf(
  train: SnapshotPart,
  test: SnapshotPart,
  search: readonly SearchRow[],
  { curves: _, candidates, ...measured }: Omit<Measured, "score" | "probability">,
  notes: string[],
): ModelReport {
  return {
    split: notes[0],
    train_rows: train.label.length,
    train_churned: sum(train.label),
    test_rows: test.label.length,
    test_churned: sum(test.label),
    test_days: [test.day.reduce((a, b) => Math.min(a, b)), test.day.reduce((a, b) => Math.max(a, b))],
    search: search.map(({ seconds: _, ...row }) => snakeKeys(row)),
    ...snakeKeys(measured),
    people: snakeKeys(measured.people),
    calibration_check: snakeKeys(measured.calibrationCheck),
    candidates: candidates.map(({ probability: _, ...candidate }) => snakeKeys(candidate)),
    segments: measured.segments.map((row) => snakeKeys(row)),
    importances: measured.importances.map(({ title: _, ...row }) => snakeKeys(row)),
    notes,
  };
}

const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
