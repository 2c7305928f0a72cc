import { throwIfInterrupted } from "../../core/interrupted.js";
import { bin } from "../matrix/bin.js";
import { checkMatrix, type Matrix } from "../matrix/matrix.js";
import { type BinnedRows, Forest } from "../model/forest.js";
import { type BoostingOptions, checkBoostingOptions } from "../trees/boosting-options.js";
import { checkLabels, checkNumbers, sharedRows } from "../trees/check-target.js";
import { balancedRowWeights } from "../trees/class-weights.js";
import { rowWeights, weighedRows } from "../trees/row-weights.js";
import type { BoostingSettings } from "../trees/tree-options.js";
import { BestRound } from "./best-round.js";
import type { Booster } from "./booster.js";
import { holdOut } from "./hold-out.js";
import { innerFolds } from "./inner-folds.js";
import { type BoostingTask, openBooster } from "./open-booster.js";

/** What `fitBoosting` takes beside the matrix and the labels. */
export interface FitBoostingOptions extends BoostingOptions {
  /** What `y` is: classes (the default), or numbers to predict. */
  task?: "classification" | "regression";
  classNames?: readonly string[] | undefined;
  /** Weight of each row of the matrix, as in a forest. */
  sampleWeight?: Float64Array | undefined;
}

/** Milliseconds between two reports of progress, and the longest that the thread is kept from other work. */
const TICK = 50;

/**
 * Fits boosted trees (Friedman 2001) on the bins of a forest, as LightGBM (Ke et al. 2017) and scikit-learn's
 * HistGradientBoosting do: logistic loss for two classes, that of the softmax for more (then a round is a tree for each
 * class), squared error for numbers.
 *
 * The result is a `Forest`: its score is the sum of its trees through the logistic function or the softmax, and all that
 * explains, saves or exports a forest works on it. With early stopping it ends with the round after which held-out rows were
 * best.
 *
 * @param x a matrix, or rows of a binned one
 * @param y class of each row of the matrix, 0 … k − 1, or number for a regression
 * @param options as docs/options.md has them
 * @returns the boosted trees
 * @throws ChurnError BAD_INPUT, BAD_OPTION; INTERRUPTED when the signal aborts
 * @example
 * ```ts
 * const trees = await fitBoosting(x, churned, { learningRate: 0.05, monotone: { days_silent: 1 } });
 * trees.predictProbability(x);
 * ```
 */
export async function fitBoosting(
  x: Matrix | BinnedRows,
  y: ArrayLike<number>,
  options: FitBoostingOptions = {},
): Promise<Forest> {
  const regression = options.task === "regression";
  const size = "binned" in x ? x.binned.rows : checkMatrix(x);
  const all = sharedRows("binned" in x ? x.rows : undefined, size);
  const own = options.sampleWeight && rowWeights(options.sampleWeight, all, size);
  const used = weighedRows(all, own);
  const counts = own?.areCounts ? own.of : undefined;
  const settings = checkBoostingOptions(
    options,
    counts ? used.reduce((sum, row) => sum + counts[row], 0) : used.length,
  );
  const binned = "binned" in x ? x.binned : bin(x, settings.maxBins, undefined, own?.of);
  const target = regression ? checkNumbers(y, binned.rows) : checkLabels(y, binned.rows);
  const classes = regression ? 0 : Math.max(2, options.classNames?.length ?? 0, target.classes);
  const weights = options.classWeight ? balancedRowWeights(target.y, used, classes, own?.of) : own?.of;
  const task: BoostingTask = { binned, y: target.y, classes, weights, counts, settings };
  let numTrees = settings.numTrees;
  if (settings.earlyStopping === "cv") {
    const folds = innerFolds(used, regression ? undefined : target.y, settings.seed);
    numTrees = await bestRounds(task, folds, options);
  }
  const { train, held } = holdOut(used, settings, options.validation, target.y);
  const booster = openBooster(task, train, held);
  try {
    const rounds = await allRounds(booster, held.length > 0, { ...settings, numTrees }, options);
    return new Forest({
      names: [...binned.names],
      classes: regression ? [] : (options.classNames ?? Array.from({ length: classes }, (_, k) => String(k))),
      options: settings,
      columns: binned.columns,
      trees: booster.trees(rounds),
      boosting: {
        offsets: booster.loss.offsets,
        l2: settings.l2,
        link: regression ? "none" : booster.loss.outputs === 1 ? "logistic" : "softmax",
      },
    });
  } finally {
    booster.close();
  }
}

/** Boosts until nothing is gained any more or there are as many rounds as wanted; returns the rounds that are kept. */
async function allRounds(
  booster: Booster,
  isHeld: boolean,
  { numTrees, patience }: BoostingSettings,
  { onProgress, signal }: FitBoostingOptions,
): Promise<number> {
  const best = isHeld ? new BestRound(booster.heldLoss(), patience) : undefined;
  const breathe = breathing((done) => onProgress?.({ task: "fit boosting", done, total: numTrees, unit: "rounds" }));
  let t = 0;
  for (let isOpen = true; isOpen && t < numTrees; ) {
    throwIfInterrupted(signal, `fit, after ${t} rounds`);
    isOpen = booster.round(t++);
    if (best) isOpen = best.mayGain(t, booster.heldLoss()) && isOpen;
    await breathe(t);
  }
  onProgress?.({ task: "fit boosting", done: numTrees, total: numTrees, unit: "rounds" });
  return best?.best ?? t;
}

/**
 * The number of rounds after which held-out rows are best on average: inner folds are boosted side by side, round after round,
 * until their mean loss has not fallen for a while.
 */
async function bestRounds(
  task: BoostingTask,
  folds: readonly { train: Int32Array; held: Int32Array }[],
  { onProgress, signal }: FitBoostingOptions,
): Promise<number> {
  const { numTrees, patience } = task.settings;
  const boosters = folds
    .filter(({ train, held }) => train.length > 0 && held.length > 0)
    .map(({ train, held }) => openBooster(task, train, held));
  const loss = () => boosters.reduce((sum, booster) => sum + booster.heldLoss(), 0) / boosters.length;
  const breathe = breathing((done) => onProgress?.({ task: "choose rounds", done, total: numTrees, unit: "rounds" }));
  try {
    if (boosters.length === 0) return numTrees;
    const best = new BestRound(loss(), patience);
    for (let t = 0; t < numTrees; t++) {
      throwIfInterrupted(signal, `fit, after ${t} rounds of inner folds`);
      const hasGrown = boosters.map((booster) => booster.round(t));
      if (!best.mayGain(t + 1, loss()) || !hasGrown.includes(true)) break;
      await breathe(t + 1);
    }
    return Math.max(1, best.best);
  } finally {
    for (const booster of boosters) booster.close();
  }
}

/** Lets other work run now and then, and reports then. */
function breathing(report: (done: number) => void): (done: number) => Promise<void> {
  let since = performance.now();
  return async (done) => {
    if (performance.now() - since < TICK) return;
    report(done);
    await new Promise(setImmediate);
    since = performance.now();
  };
}
