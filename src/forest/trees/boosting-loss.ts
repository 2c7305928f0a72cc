import { encodeHessian, type HessianCode, hessianCode } from "../loops/hessian-code.js";
import type { WasmMemory } from "../loops/wasm-assembler.js";
import type { WasmLoops } from "../loops/wasm-loops.js";

/** What boosted trees lower, and the scores that they have reached so far. */
export interface BoostingLoss {
  /** Scores a row, and trees a round. */
  readonly outputs: number;
  /** Scores before the first tree. */
  readonly offsets: readonly number[];
  /** rows × outputs. */
  readonly score: Float64Array;
  /** How the hessians of the rows that are learnt from are written. */
  readonly code: HessianCode;
  /**
   * Writes gradient and coded hessian of the rows that are learnt from, which are the entries, for output k to `pairs`, two
   * numbers a row of the matrix; output 0 comes first in a round, and what follows sees the scores of its start. Returns their
   * sums.
   */
  gradients(k: number, pairs: Float64Array): { gradient: number; hessian: number };
  /** Mean loss of some rows; 0 for none. */
  mean(rows: Int32Array): number;
}

/** Numbers by row of the matrix, and what a row weighs. */
interface Target {
  rows: number;
  train: Int32Array;
  y: ArrayLike<number>;
  weights: Float64Array | undefined;
}

/** Memory that has the entries and takes the pairs; places are in bytes. */
export interface LossSpace {
  loops: WasmLoops;
  memory: WasmMemory;
  entriesAt: number;
  pairsAt: number;
  /** Place of `logisticBytes`. */
  lossAt: number;
}

/** Bytes that the log loss of two classes needs for scores, weights, four numbers and labels. */
export const logisticBytes = (rows: number, weighted: boolean): number =>
  8 * rows + 8 * (weighted ? rows : 1) + 32 + Math.ceil(rows / 8) * 8;

/** Log loss of two classes; the score is a logit, and starts with that of the base rate. */
export function logisticLoss({ rows, train, y, weights }: Target, space: LossSpace): BoostingLoss {
  // one class alone has an infinite logit
  const p = Math.min(
    1 - 1e-12,
    Math.max(
      1e-12,
      weightedMean(train, (row) => y[row], weights),
    ),
  );
  const offset = Math.log(p / (1 - p));
  const { loops, entriesAt, pairsAt, lossAt } = space;
  const { buffer } = space.memory;
  const score = new Float64Array(buffer, lossAt, rows).fill(offset);
  const weightsAt = lossAt + 8 * rows;
  const ownWeights = new Float64Array(buffer, weightsAt, weights ? rows : 1);
  if (weights) ownWeights.set(weights);
  else ownWeights[0] = 1;
  const codeAt = weightsAt + ownWeights.byteLength;
  const code = hessianCode(train.length, heaviest(train, weights) / 4);
  const numbers = new Float64Array(buffer, codeAt, 4);
  numbers.set([code.count, code.unit]);
  new Uint8Array(buffer, codeAt + 32, rows).set(y);
  return {
    outputs: 1,
    offsets: [offset],
    score,
    code,
    gradients() {
      const [end, labelsAt] = [entriesAt + 4 * train.length, codeAt + 32];
      loops.logistic(entriesAt, end, lossAt, labelsAt, weightsAt, weights ? 8 : 0, pairsAt, codeAt);
      return { gradient: numbers[2], hessian: hessianOf(numbers[3], train.length, code) };
    },
    mean: (some) =>
      weightedMean(
        some,
        (row) => Math.log1p(Math.exp(-Math.abs(score[row]))) + Math.max(score[row], 0) - y[row] * score[row],
        weights,
      ),
  };
}

/** Squared error of a number; the score starts with the mean. */
export function squaredLoss({ rows, train, y, weights }: Target): BoostingLoss {
  const offset = weightedMean(train, (row) => y[row], weights);
  const score = new Float64Array(rows).fill(offset);
  const code = hessianCode(train.length, heaviest(train, weights));
  return {
    outputs: 1,
    offsets: [offset],
    score,
    code,
    gradients(_, pairs) {
      let gradient = 0;
      let coded = 0;
      for (let i = 0; i < train.length; i++) {
        const row = train[i];
        const weight = weights ? weights[row] : 1;
        const g = weight * (score[row] - y[row]);
        const h = encodeHessian(weight, code);
        pairs[2 * row] = g;
        pairs[2 * row + 1] = h;
        gradient += g;
        coded += h;
      }
      return { gradient, hessian: hessianOf(coded, train.length, code) };
    },
    mean: (some) => weightedMean(some, (row) => (score[row] - y[row]) ** 2, weights),
  };
}

/**
 * Log loss of several classes by the softmax of a score each (Friedman 2001, algorithm 6); scores start with the logarithms of
 * the shares of the classes.
 */
export function softmaxLoss({ rows, train, y, weights }: Target, classes: number): BoostingLoss {
  const offsets = Array.from({ length: classes }, (_, k) =>
    Math.log(
      Math.max(
        1e-12,
        weightedMean(train, (row) => (y[row] === k ? 1 : 0), weights),
      ),
    ),
  );
  const score = new Float64Array(rows * classes);
  for (let i = 0; i < score.length; i++) score[i] = offsets[i % classes];
  const p = new Float64Array(rows * classes);
  const code = hessianCode(train.length, heaviest(train, weights) / 4);
  return {
    outputs: classes,
    offsets,
    score,
    code,
    gradients(k, pairs) {
      let gradient = 0;
      let coded = 0;
      for (let i = 0; i < train.length; i++) {
        const row = train[i];
        if (k === 0) softmax(score, p, row * classes, classes);
        const weight = weights ? weights[row] : 1;
        const own = p[row * classes + k];
        const g = weight * (own - (y[row] === k ? 1 : 0));
        const h = encodeHessian(weight * own * (1 - own), code);
        pairs[2 * row] = g;
        pairs[2 * row + 1] = h;
        gradient += g;
        coded += h;
      }
      return { gradient, hessian: hessianOf(coded, train.length, code) };
    },
    mean: (some) =>
      weightedMean(
        some,
        (row) => {
          softmax(score, p, row * classes, classes);
          return -Math.log(Math.max(Number.MIN_VALUE, p[row * classes + y[row]]));
        },
        weights,
      ),
  };
}

/** Probabilities of the scores at a place; `from` and `to` may be one array. */
export function softmax(from: Float64Array, to: Float64Array, at: number, classes: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) most = Math.max(most, from[at + k]);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += to[at + k] = Math.exp(from[at + k] - most);
  for (let k = 0; k < classes; k++) to[at + k] /= sum;
}

const hessianOf = (coded: number, rows: number, { count, unit }: HessianCode) => (coded - rows * count) * unit;

function heaviest(rows: Int32Array, weights: Float64Array | undefined): number {
  let most = weights ? 0 : 1;
  if (weights) for (let i = 0; i < rows.length; i++) most = Math.max(most, weights[rows[i]]);
  return most;
}

function weightedMean(rows: Int32Array, of: (row: number) => number, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const weight = weights ? weights[row] : 1;
    sum += weight * of(row);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
