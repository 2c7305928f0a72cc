import { argsort } from "./argsort.js";

/** A non-decreasing step-and-slope function: linear between points, constant outside. */
export interface Isotonic {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

const SAME = 1e-15;

/** Scores in groups of equal value, ascending, so that many fits can share one sort. */
export interface ScoreGroups {
  /** The rows by ascending score. */
  readonly order: Uint32Array;
  /** The group of each row. */
  readonly group: Uint32Array;
  readonly x: Float64Array;
}

export function scoreGroups(scores: Float64Array, order = argsort(scores)): ScoreGroups {
  const group = new Uint32Array(scores.length);
  const x = new Float64Array(scores.length);
  let groups = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const score = scores[row];
    if (groups === 0 || score - x[groups - 1] >= SAME) x[groups++] = score;
    group[row] = groups - 1;
  }
  return { order, group, x: x.subarray(0, groups) };
}

/** Rows and positives of each group of equal scores. */
export interface GroupTotals {
  readonly weight: Float64Array;
  readonly sum: Float64Array;
}

export function groupTotals({ group, x }: ScoreGroups, labels: Float64Array): GroupTotals {
  const weight = new Float64Array(x.length);
  const sum = new Float64Array(x.length);
  for (let row = 0; row < labels.length; row++) {
    const g = group[row];
    weight[g] = weight[g] + 1;
    sum[g] = sum[g] + labels[row];
  }
  return { weight, sum };
}

/** The totals without some rows. */
export function withoutRows(
  totals: GroupTotals,
  { group }: ScoreGroups,
  labels: Float64Array,
  rows: Uint32Array,
): GroupTotals {
  const weight = totals.weight.slice();
  const sum = totals.sum.slice();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const g = group[row];
    weight[g] = weight[g] - 1;
    sum[g] = sum[g] - labels[row];
  }
  return { weight, sum };
}

/**
 * Isotonic regression of labels on scores: pool adjacent violators on the groups of equal scores (as scikit-learn's
 * `IsotonicRegression(out_of_bounds="clip", increasing=True)`).
 */
export function fitIsotonic({ x }: ScoreGroups, { weight, sum }: GroupTotals): Isotonic {
  // blocks: last group, weight and mean of each
  const last = new Int32Array(x.length);
  const weights = new Float64Array(x.length);
  const means = new Float64Array(x.length);
  let blocks = 0;
  for (let g = 0; g < x.length; g++) {
    if (weight[g] === 0) continue;
    let w = weight[g];
    let mean = sum[g] / w;
    while (blocks > 0 && means[blocks - 1] >= mean) {
      const before = weights[blocks - 1];
      mean = (means[blocks - 1] * before + mean * w) / (before + w);
      w += before;
      blocks--;
    }
    last[blocks] = g;
    weights[blocks] = w;
    means[blocks++] = mean;
  }
  // only the ends of a block matter: between them the function is constant
  const xs: number[] = [];
  const ys: number[] = [];
  let g = 0;
  for (let block = 0; block < blocks; block++) {
    while (weight[g] === 0) g++;
    xs.push(x[g]);
    ys.push(means[block]);
    if (last[block] !== g) {
      xs.push(x[last[block]]);
      ys.push(means[block]);
    }
    g = last[block] + 1;
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys) };
}

/** The value of the function at a score; NaN stays NaN. */
export function isotonicAt({ x, y }: Isotonic, score: number): number {
  const end = x.length - 1;
  if (Number.isNaN(score)) return score;
  if (score <= x[0]) return y[0];
  if (score >= x[end]) return y[end];
  let low = 0;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= score) low = middle;
    else high = middle;
  }
  return interpolate({ x, y }, high, score);
}

/** The value at a score between the points `high − 1` and `high`. */
export function interpolate({ x, y }: Isotonic, high: number, score: number): number {
  const x0 = x[high - 1];
  const y0 = y[high - 1];
  const y1 = y[high];
  return y0 === y1 ? y0 : ((y1 - y0) / (x[high] - x0)) * (score - x0) + y0;
}
