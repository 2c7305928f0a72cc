import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import { bin } from "../matrix/bin.js";
import { checkMatrix, type Matrix } from "../matrix/matrix.js";
import { type BinnedRows, Forest } from "../model/forest.js";
import { checkLabels, checkNumbers, sharedRows } from "../trees/check-target.js";
import { concatTrees } from "../trees/concat-trees.js";
import { checkForestOptions, type ForestOptions } from "../trees/forest-options.js";
import { rowWeights, weighedRows } from "../trees/row-weights.js";
import type { ForestSettings } from "../trees/tree-options.js";
import { classShares } from "./class-shares.js";
import type { ForestTask } from "./forest-task.js";
import { growTrees } from "./grow-trees.js";
import { defaultThreads, giveWorker, hasIdleWorker, takeWorkers } from "./worker-pool.js";

/** What `fitForest` takes beside the matrix and the labels. */
export interface FitOptions extends ForestOptions {
  /** What `y` is: classes (the default), or numbers to predict. */
  task?: "classification" | "regression";
  /** Names of the classes, by number; the numbers themselves when left out. */
  classNames?: readonly string[] | undefined;
  /**
   * Weight of each row of the matrix, at least 0; a common factor changes nothing. Whole multiples of the smallest count as that
   * many equal rows.
   */
  sampleWeight?: Float64Array | undefined;
}

/**
 * Fits a random forest (Breiman 2001) on binned columns, as gradient boosting does (Ke et al. 2017).
 *
 * A regression draws a third of the columns at each split unless `maxFeatures` says otherwise.
 *
 * @param x a matrix, or rows of a binned one: folds and grid points then share the bins
 * @param y class of each row of the matrix, 0 … k − 1, or number for a regression; with `rows`, of each row of the whole binned matrix
 * @returns the forest; it predicts, explains and saves itself
 * @throws ChurnError BAD_INPUT, BAD_OPTION; INTERRUPTED when the signal aborts
 * @example
 * ```ts
 * const x = { names: ["calls", "days_silent"], columns: [calls, daysSilent] }; // Float64Array, NaN = missing
 * const forest = await fitForest(x, churned, { numTrees: 100, maxDepth: 10, seed: 1 });
 * forest.predictProbability(x);
 * ```
 */
export async function fitForest(
  x: Matrix | BinnedRows,
  y: ArrayLike<number>,
  options: FitOptions = {},
): Promise<Forest> {
  const regression = options.task === "regression";
  const drawsThird = regression && options.maxFeatures === undefined;
  const settings = checkForestOptions(drawsThird ? { ...options, maxFeatures: 1 / 3 } : options);
  throwIfInterrupted(options.signal, "fit, before it began");
  const size = "binned" in x ? (x.rows?.length ?? x.binned.rows) : checkMatrix(x);
  const threads = threadsFor(options.threads, size, settings);
  // workers start while the columns are binned
  const workers = threads > 1 ? takeWorkers(threads) : [];
  let free = true;
  try {
    const all = sharedRows("binned" in x ? x.rows : undefined, "binned" in x ? x.binned.rows : size);
    const weights = options.sampleWeight && rowWeights(options.sampleWeight, all, "binned" in x ? x.binned.rows : size);
    const rows = weighedRows(all, weights);
    const binned = "binned" in x ? x.binned : bin(x, settings.maxBins, undefined, weights?.of);
    const target = regression ? checkNumbers(y, binned.rows) : checkLabels(y, binned.rows);
    const classes = regression ? 0 : Math.max(2, options.classNames?.length ?? 0, target.classes);
    checkClassWeight(settings.classWeight, classes);
    const shapes = binned.columns.map(({ count, levels }) => ({ count, categorical: levels !== undefined }));
    const task: ForestTask = { columns: shapes, rows, y: target.y, classes, weights, settings };
    free = false;
    const parts = await growTrees(binned, task, workers, { onProgress: options.onProgress, signal: options.signal });
    return new Forest({
      names: [...binned.names],
      classes: regression ? [] : (options.classNames ?? Array.from({ length: classes }, (_, k) => String(k))),
      options: settings,
      columns: binned.columns,
      trees: concatTrees(parts),
      ...(regression ? {} : { prior: classShares(task) }),
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

function checkClassWeight(classWeight: ForestSettings["classWeight"], classes: number): void {
  if (classes === 0 && classWeight === "balanced_bootstrap") {
    throw new ChurnError("BAD_OPTION", 'option "classWeight" is for classes, not for a regression');
  }
  if (Array.isArray(classWeight) && classWeight.length !== classes) {
    throw new ChurnError("BAD_OPTION", `option "classWeight" has ${classWeight.length} weights for ${classes} classes`);
  }
}
