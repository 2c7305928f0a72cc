import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import type { BinnedMatrix } from "../loops/binned-matrix.js";
import { bin } from "../matrix/bin.js";
import { checkMatrix, type Matrix } from "../matrix/matrix.js";
import { type BinnedRows, Forest } from "../model/forest.js";
import {
  type BoostingLoss,
  type LossSpace,
  logisticBytes,
  logisticLoss,
  softmaxLoss,
  squaredLoss,
} from "../trees/boosting-loss.js";
import { type BoostingOptions, checkBoostingOptions } from "../trees/boosting-options.js";
import { checkLabels, checkNumbers, sharedRows } from "../trees/check-target.js";
import { balancedRowWeights } from "../trees/class-weights.js";
import { drawnColumns } from "../trees/draw-sizes.js";
import { rowWeights, weighedRows } from "../trees/row-weights.js";
import type { BoostingSettings } from "../trees/tree-options.js";
import { BoostGrower } from "./boost-grower.js";
import { Booster } from "./booster.js";
import { holdOut } from "./hold-out.js";
import { openBoostSpace } from "./open-boost-space.js";
import { RoundRows } from "./round-rows.js";

/** What `fitBoosting` takes beside the matrix and the labels. */
export interface FitBoostingOptions extends BoostingOptions {
  /** What `y` is: classes (the default), or numbers to predict. */
  task?: "classification" | "regression";
  classNames?: readonly string[] | undefined;
  /** Weight of each row of the matrix, as in a forest. */
  sampleWeight?: Float64Array | undefined;
  /** Rows of the matrix that are held out to see when to stop, instead of a random share: those of whole subscribers, say. */
  validation?: Int32Array | undefined;
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
  const settings = checkBoostingOptions(options);
  const regression = options.task === "regression";
  const size = "binned" in x ? x.binned.rows : checkMatrix(x);
  const all = sharedRows("binned" in x ? x.rows : undefined, size);
  const own = options.sampleWeight && rowWeights(options.sampleWeight, all, size);
  const binned = "binned" in x ? x.binned : bin(x, settings.maxBins, undefined, own?.of);
  const target = regression ? checkNumbers(y, binned.rows) : checkLabels(y, binned.rows);
  const classes = regression ? 0 : Math.max(2, options.classNames?.length ?? 0, target.classes);
  const counts = own?.areCounts ? own.of : undefined;
  const monotone = monotoneSigns(binned, settings.monotone);
  const used = weighedRows(all, own);
  const weights = options.classWeight ? balancedRowWeights(target.y, used, classes, own?.of) : own?.of;
  const { train, held } = holdOut(used, settings, options.validation, target.y);
  const columns = binned.columns.map(({ count, levels }) => ({ count, categorical: levels !== undefined }));
  const units = counts ? train.reduce((sum, row) => sum + counts[row], 0) : train.length;
  const maxLeaves = settings.maxLeaves ?? Math.max(2, Math.ceil(units / settings.minSamplesLeaf));
  const lossBytes = classes === 2 ? logisticBytes(binned.rows, weights !== undefined) : 0;
  const space = openBoostSpace(binned, { columns, entries: train.length, maxLeaves, lossBytes });
  try {
    const loss = lossOf({ rows: binned.rows, train, y: target.y, weights, counts }, classes, space);
    const limits = {
      ...settings,
      maxLeaves,
      maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
      drawn: drawnColumns(settings.maxFeatures, columns.length),
      monotone,
    };
    const rows = new RoundRows({ binned, columns, train, y: target.y, counts, code: loss.code });
    const grower = new BoostGrower(space, columns, { limits, code: loss.code, orders: rows.orders });
    const booster = new Booster({ binned, train, held, loss, space, grower, rows, settings });
    await allRounds(booster, settings.numTrees, options);
    return new Forest({
      names: [...binned.names],
      classes: regression ? [] : (options.classNames ?? Array.from({ length: classes }, (_, k) => String(k))),
      options: settings,
      columns: binned.columns,
      trees: booster.trees(),
      boosting: {
        offsets: loss.offsets,
        l2: settings.l2,
        link: regression ? "none" : loss.outputs === 1 ? "logistic" : "softmax",
      },
    });
  } finally {
    space.close();
  }
}

/** Boosts until nothing is gained any more or there are as many rounds as wanted, letting other work run now and then. */
async function allRounds(booster: Booster, total: number, { onProgress, signal }: FitBoostingOptions): Promise<void> {
  const report = (done: number) => onProgress?.({ task: "fit boosting", done, total, unit: "rounds" });
  let since = performance.now();
  for (let t = 0; t < total; t++) {
    throwIfInterrupted(signal, `fit, after ${t} rounds`);
    if (!booster.round(t)) break;
    if (performance.now() - since < TICK) continue;
    report(t + 1);
    await new Promise(setImmediate);
    since = performance.now();
  }
  report(total);
}

/** The direction that is asked of each column: −1, 1, or 0 for none. */
function monotoneSigns({ names, columns }: BinnedMatrix, monotone: BoostingSettings["monotone"]): Int8Array {
  const signs = new Int8Array(columns.length);
  for (const [name, sign] of Object.entries(monotone)) {
    const j = names.indexOf(name);
    if (j < 0) throw new ChurnError("BAD_OPTION", `option "monotone" names "${name}", which is not a column`);
    if (columns[j].levels)
      throw new ChurnError("BAD_OPTION", `option "monotone" names "${name}", which has categories`);
    signs[j] = sign;
  }
  return signs;
}

function lossOf(target: Parameters<typeof squaredLoss>[0], classes: number, space: LossSpace): BoostingLoss {
  if (classes === 0) return squaredLoss(target);
  return classes === 2 ? logisticLoss(target, space) : softmaxLoss(target, classes);
}
