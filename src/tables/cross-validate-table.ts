import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { elapsedSeconds } from "./fit-table.js";
import { checkTableOptions, fitTrees, rowsOf } from "./fit-trees.js";
import type { TableRoles, TreeOptions } from "./options.js";
import { predictionsOf } from "./predict-rows.js";
import { readTrainingTable, type TrainingTable } from "./read-training-table.js";
import { classMetrics, deviationOf, meanOf, quantityMetrics, type RowMetrics } from "./score-rows.js";
import { stratifiedFolds } from "./stratified-folds.js";
import { writePredictionFile } from "./write-predictions.js";

/** Measures of each fold, with their mean and standard deviation. */
export interface CrossValidation {
  model: "forest" | "boosting";
  task: "classification" | "regression";
  label: string;
  classes: readonly string[];
  /** The class that roc_auc, average_precision and brier are about, of two. */
  positive: string | null;
  rows: number;
  /** Metrics of each fold's own rows, by trees fitted on the others; seconds of the fit, binning included. */
  folds: (RowMetrics & { fold: number; rows: number; trainRows: number; trees: number })[];
  mean: RowMetrics;
  /** Standard deviation over the folds, n − 1. */
  sd: RowMetrics;
  readSeconds: number;
  /** File of the predictions of the held-out rows. */
  output?: string;
  notes: string[];
}

/** Where the rows come from, and how they are dealt. */
export interface CrossValidateTable extends TableRoles {
  input: string;
  /** Number of folds; 5. */
  folds?: number;
  /** Column that names the fold of each row, instead. */
  fold_column?: string;
  /** Also write the predictions of each row by the trees that did not learn from it, with its fold. */
  output?: string;
}

/**
 * Fits and measures trees on a table, fold by fold: each fold is predicted by trees that were fitted on the others.
 *
 * @throws ChurnError as `fitTable`; BAD_OPTION for more folds than rows; NO_DATA when a fold leaves one class to learn from
 */
export async function crossValidateTable(
  { input, output, folds = 5, fold_column, ...roles }: CrossValidateTable,
  options: TreeOptions = {},
  context: StageContext = {},
): Promise<CrossValidation> {
  const settings = checkTableOptions(options);
  if (!(Number.isInteger(folds) && folds >= 2)) {
    throw new ChurnError("BAD_OPTION", `option "folds" cannot be ${folds}`, { hint: "it takes a whole number ≥ 2" });
  }
  const start = performance.now();
  const table = await readTrainingTable(input, { ...roles, task: settings.task, fold: fold_column }, context);
  const read = performance.now();
  const { label, labelled, fold: named, notes } = table;
  const classes = label.classes.length;
  if (!named && folds > labelled.length) {
    throw new ChurnError("BAD_OPTION", `${labelled.length} rows cannot be dealt into ${folds} folds`);
  }
  const fold = named
    ? Int32Array.from(labelled, (row) => named[row])
    : stratifiedFolds(classes > 0 ? (label.y as Int32Array) : undefined, labelled, folds, settings.seed);
  const numbers = [...new Set(fold)].sort((a, b) => a - b);
  const held = Array.from({ length: Math.max(1, classes) }, () => new Float64Array(labelled.length));
  const results: CrossValidation["folds"] = [];
  for (const [done, k] of numbers.entries()) {
    const train = labelled.filter((_, i) => fold[i] !== k);
    const test = labelled.filter((_, i) => fold[i] === k);
    checkTrain(table, train, k);
    context.onProgress?.({ task: "cross-validate", done, total: numbers.length, unit: "folds" });
    const began = performance.now();
    // the folds say how far it is
    const forest = await fitTrees(table, train, settings, context.signal ? { signal: context.signal } : {});
    const fitted = performance.now();
    const predicted = predictionsOf(forest, rowsOf(table.x, test));
    const ended = performance.now();
    let at = 0;
    for (let i = 0; i < labelled.length; i++) {
      if (fold[i] !== k) continue;
      for (const [c, column] of predicted.entries()) held[c][i] = column[at];
      at++;
    }
    results.push({
      ...{ fold: done + 1, rows: test.length, trainRows: train.length, trees: forest.numTrees },
      ...metricsOf(table, test, predicted),
      fit_seconds: elapsedSeconds(began, fitted),
      predict_seconds: elapsedSeconds(fitted, ended),
    });
  }
  context.onProgress?.({ task: "cross-validate", done: numbers.length, total: numbers.length, unit: "folds" });
  if (output) {
    await writePredictionFile(output, [
      { name: "row", values: Float64Array.from(labelled, (row) => row + 1) },
      { name: "fold", values: Float64Array.from(fold, (k) => numbers.indexOf(k) + 1) },
      ...held.map((values, c) => ({ name: label.classes[c] ?? label.name, values })),
    ]);
  }
  const keys = Object.keys(results[0]).filter((key) => !["fold", "rows", "trainRows"].includes(key));
  const over = (combine: (values: (number | null)[]) => number | null): RowMetrics =>
    Object.fromEntries(keys.map((key) => [key, combine(results.map((result) => result[key] ?? null))]));
  return {
    ...{ model: settings.model, task: settings.task, label: label.name, classes: label.classes },
    positive: classes === 2 ? label.classes[1] : null,
    rows: labelled.length,
    folds: results,
    mean: over(meanOf),
    sd: over(deviationOf),
    readSeconds: elapsedSeconds(start, read),
    ...(output ? { output } : {}),
    notes,
  };
}

/** Metrics of the predictions of some rows. */
function metricsOf({ label }: Pick<TrainingTable, "label">, rows: Int32Array, predicted: Float64Array[]): RowMetrics {
  const classes = label.classes.length;
  if (classes === 0)
    return quantityMetrics(
      Float64Array.from(rows, (row) => label.y[row]),
      predicted[0],
    );
  const p = new Float64Array(rows.length * classes);
  for (const [k, column] of predicted.entries()) for (let i = 0; i < rows.length; i++) p[i * classes + k] = column[i];
  return classMetrics(
    Int32Array.from(rows, (row) => label.y[row]),
    p,
    classes,
  );
}

function checkTrain({ label }: TrainingTable, train: Int32Array, fold: number): void {
  if (label.classes.length === 0 ? train.length > 0 : train.some((row) => label.y[row] !== label.y[train[0]])) return;
  throw new ChurnError("NO_DATA", `without fold ${fold + 1} all rows have one label, so that nothing can be learnt`, {
    hint: "take fewer folds, or more rows of the rare class",
  });
}
