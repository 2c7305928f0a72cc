/** What boosted trees lower, and the scores that they have reached so far. */
export interface BoostingLoss {
  /** Scores a row, and trees a round. */
  readonly outputs: number;
  /** Scores before the first tree. */
  readonly offsets: readonly number[];
  /** rows × outputs. */
  readonly score: Float64Array;
  /**
   * Writes gradient and hessian of some rows for output k to `pairs`, two numbers a row of the matrix; output 0 comes first
   * in a round, and what follows sees the scores of its start.
   */
  gradients(rows: Int32Array, k: number, pairs: Float64Array): { gradient: number; hessian: number };
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

/** Log loss of two classes; the score is a logit, and starts with that of the base rate. */
export function logisticLoss({ rows, train, y, weights }: Target): BoostingLoss {
  // one class alone has an infinite logit
  const p = Math.min(
    1 - 1e-12,
    Math.max(
      1e-12,
      weightedMean(train, (row) => y[row]!, weights),
    ),
  );
  const offset = Math.log(p / (1 - p));
  const score = new Float64Array(rows).fill(offset);
  return {
    outputs: 1,
    offsets: [offset],
    score,
    gradients(some, _, pairs) {
      let gradient = 0;
      let hessian = 0;
      for (let i = 0; i < some.length; i++) {
        const row = some[i]!;
        const p = 1 / (1 + Math.exp(-score[row]!));
        const weight = weights ? weights[row]! : 1;
        const g = weight * (p - y[row]!);
        const h = weight * Math.max(p * (1 - p), 1e-16);
        pairs[2 * row] = g;
        pairs[2 * row + 1] = h;
        gradient += g;
        hessian += h;
      }
      return { gradient, hessian };
    },
    mean: (some) =>
      weightedMean(
        some,
        (row) => Math.log1p(Math.exp(-Math.abs(score[row]!))) + Math.max(score[row]!, 0) - y[row]! * score[row]!,
        weights,
      ),
  };
}

/** Squared error of a number; the score starts with the mean. */
export function squaredLoss({ rows, train, y, weights }: Target): BoostingLoss {
  const offset = weightedMean(train, (row) => y[row]!, weights);
  const score = new Float64Array(rows).fill(offset);
  return {
    outputs: 1,
    offsets: [offset],
    score,
    gradients(some, _, pairs) {
      let gradient = 0;
      let hessian = 0;
      for (let i = 0; i < some.length; i++) {
        const row = some[i]!;
        const weight = weights ? weights[row]! : 1;
        const g = weight * (score[row]! - y[row]!);
        pairs[2 * row] = g;
        pairs[2 * row + 1] = weight;
        gradient += g;
        hessian += weight;
      }
      return { gradient, hessian };
    },
    mean: (some) => weightedMean(some, (row) => (score[row]! - y[row]!) ** 2, weights),
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
  for (let i = 0; i < score.length; i++) score[i] = offsets[i % classes]!;
  const p = new Float64Array(rows * classes);
  return {
    outputs: classes,
    offsets,
    score,
    gradients(some, k, pairs) {
      let gradient = 0;
      let hessian = 0;
      for (let i = 0; i < some.length; i++) {
        const row = some[i]!;
        if (k === 0) softmax(score, p, row * classes, classes);
        const weight = weights ? weights[row]! : 1;
        const own = p[row * classes + k]!;
        const g = weight * (own - (y[row] === k ? 1 : 0));
        const h = weight * Math.max(own * (1 - own), 1e-16);
        pairs[2 * row] = g;
        pairs[2 * row + 1] = h;
        gradient += g;
        hessian += h;
      }
      return { gradient, hessian };
    },
    mean: (some) =>
      weightedMean(
        some,
        (row) => {
          softmax(score, p, row * classes, classes);
          return -Math.log(Math.max(Number.MIN_VALUE, p[row * classes + y[row]!]!));
        },
        weights,
      ),
  };
}

/** Probabilities of the scores at a place; `from` and `to` may be one array. */
export function softmax(from: Float64Array, to: Float64Array, at: number, classes: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) most = Math.max(most, from[at + k]!);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += to[at + k] = Math.exp(from[at + k]! - most);
  for (let k = 0; k < classes; k++) to[at + k]! /= sum;
}

function weightedMean(rows: Int32Array, of: (row: number) => number, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const weight = weights ? weights[row]! : 1;
    sum += weight * of(row);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
