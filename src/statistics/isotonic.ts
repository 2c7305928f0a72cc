import { argsort } from "./argsort.js";

/** A non-decreasing step-and-slope function: linear between points, constant outside. */
export interface Isotonic {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Scores nearer to each other than this are one to scikit-learn. */
const SAME = 1e-15;

/**
 * Isotonic regression of labels on scores: the non-decreasing function of least squares (pool adjacent violators; Barlow et al.
 * 1972; as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`).
 *
 * @param label any number a row
 * @param score any finite number a row
 * @param weight of each row; 1 by default
 * @returns null of no row, or no weight
 * @example
 * isotonicRegression([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4])?.y; // 0, 0.5, 0.5, 1
 */
export function isotonicRegression(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  weight?: ArrayLike<number>,
): Isotonic | null {
  const groups = scoreGroups(score);
  const fit = fitIsotonic(groups, groupTotals(groups, label, weight));
  return fit.x.length > 0 ? fit : null;
}

/** Scores in groups of equal value, ascending, so that many fits can share one sort. */
export interface ScoreGroups {
  /** The rows by ascending score. */
  readonly order: Uint32Array;
  /** The group of each row. */
  readonly group: Uint32Array;
  readonly x: Float64Array;
}

/**
 * Sorts scores into groups.
 *
 * @param order the rows by ascending score, where they are sorted already
 * @param same scores nearer than this to the first of a group belong to it
 */
export function scoreGroups(scores: ArrayLike<number>, order = argsort(scores), same = SAME): ScoreGroups {
  const group = new Uint32Array(scores.length);
  const x = new Float64Array(scores.length);
  let groups = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const score = scores[row];
    if (groups === 0 || score - x[groups - 1] >= same) x[groups++] = score;
    group[row] = groups - 1;
  }
  return { order, group, x: x.subarray(0, groups) };
}

/** Weight and sum of the labels of each group of equal scores. */
export interface GroupTotals {
  readonly weight: Float64Array;
  readonly sum: Float64Array;
}

/** Sums the labels of each group, with a weight of each row where they have one. */
export function groupTotals(
  { group, x }: ScoreGroups,
  labels: ArrayLike<number>,
  rowWeight?: ArrayLike<number>,
): GroupTotals {
  const weight = new Float64Array(x.length);
  const sum = new Float64Array(x.length);
  for (let row = 0; row < labels.length; row++) {
    const g = group[row];
    const w = rowWeight ? rowWeight[row] : 1;
    weight[g] += w;
    sum[g] += w * labels[row];
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
    weight[g]--;
    sum[g] -= labels[row];
  }
  return { weight, sum };
}

/** Isotonic regression from groups of equal scores and their totals; groups without weight are left out. */
export function fitIsotonic({ x }: ScoreGroups, { weight, sum }: GroupTotals): Isotonic {
  // blocks: last group, weight and sum of each; sums of labels 0 and 1 are exact
  const last = new Int32Array(x.length);
  const weights = new Float64Array(x.length);
  const sums = new Float64Array(x.length);
  let blocks = 0;
  for (let g = 0; g < x.length; g++) {
    if (weight[g] === 0) continue;
    let w = weight[g];
    let s = sum[g];
    while (blocks > 0 && sums[blocks - 1] * w >= s * weights[blocks - 1]) {
      w += weights[--blocks];
      s += sums[blocks];
    }
    last[blocks] = g;
    weights[blocks] = w;
    sums[blocks++] = s;
  }
  // only the ends of a block matter: between them the function is constant
  const xs: number[] = [];
  const ys: number[] = [];
  let g = 0;
  for (let block = 0; block < blocks; block++) {
    while (weight[g] === 0) g++;
    const mean = sums[block] / weights[block];
    xs.push(x[g]);
    ys.push(mean);
    if (last[block] !== g) {
      xs.push(x[last[block]]);
      ys.push(mean);
    }
    g = last[block] + 1;
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys) };
}

/**
 * The value of the function at a score: linear between its points, constant outside; NaN, a missing score, stays NaN.
 *
 * @example
 * isotonicAt({ x: Float64Array.of(0, 1), y: Float64Array.of(0.2, 0.6) }, 0.5); // 0.4
 */
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
