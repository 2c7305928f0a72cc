import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import { treeKey } from "../grow/keyed-random.js";
import { heapOf } from "../loops/binned-heap.js";
import { boostBins } from "../loops/boost-bins.js";
import { wasmLoops } from "../loops/wasm-loops.js";
import { bin } from "../matrix/bin.js";
import type { Matrix } from "../matrix/matrix.js";
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
import { checkLabels, checkNumbers, checkWeights, sharedRows } from "../trees/check-target.js";
import { balancedRowWeights } from "../trees/class-weights.js";
import { concatTrees } from "../trees/concat-trees.js";
import { drawnColumns } from "../trees/draw-sizes.js";
import type { Trees } from "../trees/tree.js";
import { leafOf, packTrees } from "../trees/walk-trees.js";
import { searchBytes } from "./boost-splitter.js";
import { boostGrower } from "./boost-tree.js";
import { holdOut } from "./hold-out.js";

/** What `fitBoosting` takes beside the matrix and the labels. */
export interface FitBoostingOptions extends BoostingOptions {
  /** What `y` is: classes (the default), or numbers to predict. */
  task?: "classification" | "regression";
  classNames?: readonly string[] | undefined;
  /** Weight of each row of the matrix, at least 0. */
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
 * @throws ChurnError BAD_INPUT, BAD_OPTION; INTERRUPTED when the signal aborts
 */
export async function fitBoosting(
  x: Matrix | BinnedRows,
  y: ArrayLike<number>,
  options: FitBoostingOptions = {},
): Promise<Forest> {
  const settings = checkBoostingOptions(options);
  const regression = options.task === "regression";
  const binned = "binned" in x ? x.binned : bin(x, settings.maxBins);
  const all = sharedRows("binned" in x ? x.rows : undefined, binned.rows);
  const target = regression ? checkNumbers(y, binned.rows) : checkLabels(y, binned.rows);
  const classes = regression ? 0 : Math.max(2, options.classNames?.length ?? 0, target.classes);
  const own = options.sampleWeight && checkWeights(options.sampleWeight, all, binned.rows);
  const weights = options.classWeight ? balancedRowWeights(target.y, all, classes, own) : own;
  const monotone = new Int8Array(binned.columns.length);
  for (const [name, sign] of Object.entries(settings.monotone)) {
    const j = binned.names.indexOf(name);
    if (j < 0) throw new ChurnError("BAD_OPTION", `option "monotone" names "${name}", which is not a column`);
    if (binned.columns[j].levels)
      throw new ChurnError("BAD_OPTION", `option "monotone" names "${name}", which has categories`);
    monotone[j] = sign;
  }
  const used = weights ? all.filter((row) => weights[row] > 0) : all;
  const { train, held } = holdOut(used, settings, options.validation, target.y);

  const { heap, codesAt } = heapOf(binned);
  const { stride } = binned;
  const words = Math.ceil(train.length / 2) * 8;
  const maxLeaves = settings.maxLeaves ?? Math.max(2, Math.ceil(train.length / settings.minSamplesLeaf));
  const slots = Math.min(maxLeaves, train.length) + 1;
  const shapes = binned.columns.map(({ count, levels }) => ({ count, categorical: levels !== undefined }));
  const layout = boostBins(shapes);
  // what is read by two floats or more comes first, where it is aligned
  const lossBytes = classes === 2 ? logisticBytes(binned.rows, weights !== undefined) : 0;
  const sizes = [searchBytes(shapes.length), slots * layout.size, 16 * binned.rows, 256, words, words, lossBytes];
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const at = heap.take(bytes);
  const [searchAt, binsAt, pairsAt, sideAt, entriesAt, spareAt, lossAt] = sizes.map((_, i) =>
    sizes.slice(0, i).reduce((sum, size) => sum + size, at),
  ) as [number, number, number, number, number, number, number];
  const space = {
    ...{ kernel: wasmLoops(heap.memory), memory: heap.memory, codesAt, stride, layout, slots },
    ...{ sideAt, searchAt, entriesAt, spareAt, pairsAt, binsAt, lossAt },
  };
  try {
    const loss = lossOf({ rows: binned.rows, train, y: target.y, weights }, classes, space);
    const entries = new Int32Array(heap.memory.buffer, entriesAt, train.length);
    const pairs = new Float64Array(heap.memory.buffer, pairsAt, 2 * binned.rows);
    const grow = boostGrower(
      space,
      shapes,
      {
        ...settings,
        maxLeaves,
        maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
        drawn: drawnColumns(settings.maxFeatures, shapes.length),
        monotone,
      },
      loss.code,
    );
    const { outputs, score } = loss;
    const parts: Trees[] = [];
    let least = loss.mean(held);
    let best = 0;
    let since = performance.now();
    for (let t = 0; t < settings.numTrees; t++) {
      throwIfInterrupted(options.signal, `fit, after ${t} rounds`);
      let grown = false;
      for (let k = 0; k < outputs; k++) {
        enter(train, entries);
        const { gradient, hessian } = loss.gradients(k, pairs);
        const key = treeKey(settings.seed, t * outputs + k);
        const { tree, leaves } = grow(train.length, key, gradient, hessian);
        for (const { value, from, to } of leaves) addTo(score, entries, from, to, value, outputs, k);
        if (held.length > 0) {
          const walk = packTrees(tree);
          for (const row of held) {
            score[row * outputs + k] += tree.value[leafOf(walk, 0, binned.codes, row * stride)];
          }
        }
        if (leaves.length > 1) grown = true;
        parts.push(outputs === 1 ? tree : valuesOfClass(tree, k, outputs));
      }
      if (held.length > 0) {
        const now = loss.mean(held);
        if (now < least - 1e-7) {
          least = now;
          best = t + 1;
        } else if (t + 1 - best >= settings.patience) break;
      } else best = t + 1;
      // a round without a split: nothing is left to learn
      if (!grown) break;
      if (performance.now() - since < TICK) continue;
      options.onProgress?.({ task: "fit boosting", done: t + 1, total: settings.numTrees, unit: "rounds" });
      await new Promise(setImmediate);
      since = performance.now();
    }
    options.onProgress?.({ task: "fit boosting", done: settings.numTrees, total: settings.numTrees, unit: "rounds" });
    return new Forest({
      names: [...binned.names],
      classes: regression ? [] : (options.classNames ?? Array.from({ length: classes }, (_, k) => String(k))),
      options: settings,
      columns: binned.columns,
      trees: concatTrees(parts.slice(0, Math.max(1, best) * outputs)),
      boosting: {
        offsets: loss.offsets,
        l2: settings.l2,
        link: regression ? "none" : outputs === 1 ? "logistic" : "softmax",
      },
    });
  } finally {
    heap.give(at, bytes);
  }
}

// the engine compiles loops of an async function anew for every call: these are functions of their own

/** Makes an entry of each row. */
function enter(rows: Int32Array, entries: Int32Array): void {
  for (let i = 0; i < rows.length; i++) entries[i] = rows[i] << 8;
}

/** Adds the value of a leaf to score k of its rows. */
function addTo(
  score: Float64Array,
  entries: Int32Array,
  from: number,
  to: number,
  value: number,
  outputs: number,
  k: number,
): void {
  for (let i = from; i < to; i++) score[(entries[i] >>> 8) * outputs + k] += value;
}

function lossOf(target: Parameters<typeof squaredLoss>[0], classes: number, space: LossSpace): BoostingLoss {
  if (classes === 0) return squaredLoss(target);
  return classes === 2 ? logisticLoss(target, space) : softmaxLoss(target, classes);
}

/** A tree of one score as one of several, the others 0. */
function valuesOfClass(tree: Trees, k: number, outputs: number): Trees {
  const value = new Float64Array(tree.value.length * outputs);
  for (let i = 0; i < tree.value.length; i++) value[i * outputs + k] = tree.value[i];
  return { ...tree, value, outputs };
}
