import { ChurnError } from "../core/errors.js";
import { bin } from "./bin.js";
import { concatTrees } from "./concat-trees.js";
import { type BinnedRows, Forest } from "./forest.js";
import { checkForestOptions, type ForestOptions, type ForestSettings } from "./forest-options.js";
import type { ForestTask } from "./grow-forest.js";
import { growTrees } from "./grow-trees.js";
import { checkMatrix, type Matrix } from "./matrix.js";
import { defaultThreads, giveWorker, hasIdleWorker, takeWorkers } from "./worker-pool.js";

export interface FitOptions extends ForestOptions {
  /** What `y` is: classes (the default), or numbers to predict. */
  task?: "classification" | "regression";
  /** Names of the classes, by number; the numbers themselves when left out. */
  classNames?: readonly string[];
  /** Weight of each row of the matrix, at least 0; whole numbers count as that many equal rows. */
  sampleWeight?: Float64Array;
}

/**
 * Fits a random forest (Breiman 2001) on binned columns, as gradient boosting does (Ke et al. 2017).
 *
 * A regression draws a third of the columns at each split unless `maxFeatures` says otherwise.
 *
 * @param x a matrix, or rows of a binned one: folds and grid points then share the bins
 * @param y class of each row of the matrix, 0 … k − 1, or number for a regression; with `rows`, of each row of the whole binned matrix
 * @throws ChurnError BAD_INPUT, BAD_OPTION; INTERRUPTED when the signal aborts
 */
export async function fitForest(
  x: Matrix | BinnedRows,
  y: ArrayLike<number>,
  options: FitOptions = {},
): Promise<Forest> {
  const regression = options.task === "regression";
  const settings = checkForestOptions(regression ? { maxFeatures: 1 / 3, ...options } : options);
  if (options.signal?.aborted) throw new ChurnError("INTERRUPTED", "fit was interrupted before it began");
  const size = "binned" in x ? (x.rows?.length ?? x.binned.rows) : checkMatrix(x);
  const threads = threadsFor(options.threads, size, settings);
  // workers start while the columns are binned
  const workers = threads > 1 ? takeWorkers(threads) : [];
  let free = true;
  try {
    const binned = "binned" in x ? x.binned : bin(x, settings.maxBins);
    const rows = sharedRows("binned" in x ? x.rows : undefined, binned.rows);
    const target = regression ? checkNumbers(y, binned.rows) : checkLabels(y, binned.rows);
    const classes = regression ? 0 : Math.max(2, options.classNames?.length ?? 0, target.classes);
    checkClassWeight(settings.classWeight, classes);
    const shapes = binned.columns.map(({ count, levels }) => ({ count, categorical: levels !== undefined }));
    const sampleWeight = options.sampleWeight && checkWeights(options.sampleWeight, rows, binned.rows);
    const task: ForestTask = { columns: shapes, rows, y: target.y, classes, sampleWeight, settings };
    free = false;
    const parts = await growTrees(binned, task, workers, { onProgress: options.onProgress, signal: options.signal });
    return new Forest({
      names: [...binned.names],
      classes: regression ? [] : (options.classNames ?? Array.from({ length: classes }, (_, k) => String(k))),
      options: settings,
      columns: binned.columns,
      trees: concatTrees(parts),
    });
  } finally {
    if (free) workers.forEach(giveWorker);
  }
}

/** Work (rows × trees × columns drawn) up to which a start of threads costs more than it saves. */
const SMALL = 4e6;

function threadsFor(asked: number | undefined, rows: number, { numTrees, maxFeatures }: ForestSettings): number {
  const threads = Math.min(asked ?? defaultThreads(), numTrees);
  const work = rows * numTrees * (typeof maxFeatures === "number" && maxFeatures > 1 ? maxFeatures : 4);
  return work <= SMALL && !hasIdleWorker() ? 1 : threads;
}

/** The rows of a fit in memory that threads share. */
function sharedRows(rows: Int32Array | undefined, size: number): Int32Array {
  const count = rows?.length ?? size;
  if (count === 0) throw new ChurnError("NO_DATA", "a forest cannot be fitted on no rows");
  if (size > 1 << 24) {
    throw new ChurnError("BAD_INPUT", `matrix of ${size} rows is too long: a forest takes 16,777,216`, {
      hint: "fit it on a sample of the rows",
    });
  }
  const shared = new Int32Array(new SharedArrayBuffer(4 * count));
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i]! : i;
    if (!(row >= 0 && row < size)) {
      throw new ChurnError("BAD_INPUT", `row ${row} is outside of the matrix of ${size} rows`);
    }
    shared[i] = row;
  }
  return shared;
}

function checkLabels(y: ArrayLike<number>, rows: number): { y: Uint8Array; classes: number } {
  if (y.length !== rows) throw new ChurnError("BAD_INPUT", `there are ${y.length} labels for ${rows} rows`);
  const codes = new Uint8Array(new SharedArrayBuffer(Math.max(1, rows)), 0, rows);
  let classes = 0;
  for (let i = 0; i < rows; i++) {
    const label = y[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < 256)) {
      throw new ChurnError("BAD_INPUT", `label ${label} of row ${i} is not a class`, {
        hint: "labels are whole numbers from 0, at most 255",
      });
    }
    codes[i] = label;
    if (label >= classes) classes = label + 1;
  }
  return { y: codes, classes };
}

function checkNumbers(y: ArrayLike<number>, rows: number): { y: Float64Array; classes: number } {
  if (y.length !== rows) throw new ChurnError("BAD_INPUT", `there are ${y.length} targets for ${rows} rows`);
  const numbers = new Float64Array(new SharedArrayBuffer(Math.max(8, rows * 8)), 0, rows);
  for (let i = 0; i < rows; i++) {
    // beyond this, sums of squares overflow
    if (!(Math.abs(y[i]!) <= 1e140))
      throw new ChurnError("BAD_INPUT", `target ${y[i]} of row ${i} is not a number up to 1e140`);
    numbers[i] = y[i]!;
  }
  return { y: numbers, classes: 0 };
}

function checkClassWeight(classWeight: ForestSettings["classWeight"], classes: number): void {
  if (Array.isArray(classWeight) && classWeight.length !== classes) {
    throw new ChurnError("BAD_OPTION", `option "classWeight" has ${classWeight.length} weights for ${classes} classes`);
  }
}

function checkWeights(weights: Float64Array, rows: Int32Array, size: number): Float64Array {
  if (weights.length !== size)
    throw new ChurnError("BAD_INPUT", `there are ${weights.length} weights for ${size} rows`);
  const shared = new Float64Array(new SharedArrayBuffer(Math.max(8, size * 8)), 0, size);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    if (!(weights[i]! >= 0 && weights[i]! <= 1e100)) {
      throw new ChurnError("BAD_INPUT", `weight ${weights[i]} of row ${i} is not a number ≥ 0`);
    }
    shared[i] = weights[i]!;
  }
  for (let i = 0; i < rows.length; i++) sum += shared[rows[i]!]!;
  if (sum === 0) throw new ChurnError("NO_DATA", "all rows have weight 0");
  return shared;
}
