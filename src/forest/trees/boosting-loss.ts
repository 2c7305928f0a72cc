import { encodeHessian, gradientRounding, type HessianCode, hessianCode } from "../loops/hessian-code.js";
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
  /** How many equal rows each row counts as; one each when left out. Gradients are those of one of them. */
  counts?: Float64Array | undefined;
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

/** Bytes of the numbers by which the log loss of two classes is coded. */
const CODE_BYTES = 5 * 8;

/** Bytes that the log loss of two classes needs for scores, weights, the code and labels. */
export const logisticBytes = (rows: number, weighted: boolean): number =>
  8 * rows + 8 * (weighted ? rows : 1) + CODE_BYTES + Math.ceil(rows / 8) * 8;

/** Log loss of two classes; the score is a logit, and starts with that of the base rate. */
export function logisticLoss({ rows, train, y, weights, counts }: Target, space: LossSpace): BoostingLoss {
  const { units, own } = unitsOf(train, weights, counts);
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
  const ownWeights = new Float64Array(buffer, weightsAt, own ? rows : 1);
  if (own) ownWeights.set(own);
  else ownWeights[0] = 1;
  const codeAt = weightsAt + ownWeights.byteLength;
  const code = hessianCode(units, heaviest(train, own) / 4);
  const numbers = new Float64Array(buffer, codeAt, CODE_BYTES / 8);
  numbers.set([code.count, code.unit, 0, 0, gradientRounding(units, heaviest(train, own))]);
  new Uint8Array(buffer, codeAt + CODE_BYTES, rows).set(y);
  return {
    outputs: 1,
    offsets: [offset],
    score,
    code,
    gradients() {
      const [end, labelsAt] = [entriesAt + 4 * train.length, codeAt + CODE_BYTES];
      loops.logistic(entriesAt, end, lossAt, labelsAt, weightsAt, own ? 8 : 0, pairsAt, codeAt);
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
export function squaredLoss({ rows, train, y, weights, counts }: Target): BoostingLoss {
  const { units, own } = unitsOf(train, weights, counts);
  const offset = weightedMean(train, (row) => y[row], weights);
  const score = new Float64Array(rows).fill(offset);
  const code = hessianCode(units, heaviest(train, own));
  let farthest = 0;
  for (const row of train) farthest = Math.max(farthest, Math.abs(y[row] - offset));
  const rounding = gradientRounding(units, 2 * farthest * heaviest(train, own));
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
        const weight = own ? own[row] : 1;
        const g = weight * (score[row] - y[row]) + rounding - rounding;
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
export function softmaxLoss({ rows, train, y, weights, counts }: Target, classes: number): BoostingLoss {
  const { units, own } = unitsOf(train, weights, counts);
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
  const code = hessianCode(units, heaviest(train, own) / 4);
  const rounding = gradientRounding(units, heaviest(train, own));
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
        const weight = own ? own[row] : 1;
        const share = p[row * classes + k];
        const g = weight * (share - (y[row] === k ? 1 : 0)) + rounding - rounding;
        const h = encodeHessian(weight * share * (1 - share), code);
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

/** Rows that are learnt from, one that counts as several as often, and what one of these weighs. */
function unitsOf(train: Int32Array, weights: Float64Array | undefined, counts: Float64Array | undefined) {
  if (!counts) return { units: train.length, own: weights };
  const own = weights?.map((weight, row) => (counts[row] > 0 ? weight / counts[row] : weight));
  return { units: train.reduce((sum, row) => sum + counts[row], 0), own };
}

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
