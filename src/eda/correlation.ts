import { studentTwoSided } from "../statistics/student-t.js";
import { Z95 } from "../statistics/wilson-interval.js";

/** A correlation with what is known about it; what is undefined is null, and `why` says for what reason. */
export interface Correlation {
  r: number | null;
  /** Rows with both values. */
  n: number;
  /** Two-sided, for no correlation, as if rows were independent. */
  p: number | null;
  /** Limits of a 95 % interval, as if rows were independent. */
  low: number | null;
  high: number | null;
  why: string | null;
}

/** Sums over the rows that have both values. */
export interface CoMoments {
  n: number;
  low: { x: number; y: number };
  high: { x: number; y: number };
  /** Sums of squares and of products of the differences to the means. */
  xx: number;
  yy: number;
  xy: number;
}

/**
 * Pearson's correlation of two columns.
 *
 * The p-value is that of Student's t with n − 2 degrees of freedom, the interval Fisher's z (1915).
 *
 * @param x one number a row; NaN and infinities count as missing
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  return correlationOf(moments(completeRows(x, y)));
}

/**
 * Spearman's rank correlation of two columns, ties at their mid-ranks.
 *
 * The p-value is that of Student's t with n − 2 degrees of freedom, the interval that of Bonett and Wright (2000).
 *
 * @param x one number a row; NaN and infinities count as missing
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  const rows = completeRows(x, y);
  return rankCorrelationOf(moments({ x: midRanks(rows.x), y: midRanks(rows.y) }));
}

/** Pearson's correlation from its sums. */
export function correlationOf(moments: CoMoments): Correlation {
  return judge(moments, () => 1);
}

/** Spearman's correlation from the sums of the ranks. */
export function rankCorrelationOf(moments: CoMoments): Correlation {
  return judge(moments, (r) => 1 + r ** 2 / 2);
}

/** Ranks from 1 on, equal values sharing the mean of their ranks. */
export function midRanks(x: Float64Array): Float64Array {
  const order = Uint32Array.from(x.keys()).sort((a, b) => x[a] - x[b]);
  const ranks = new Float64Array(x.length);
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && x[order[end]] === x[order[i]]) end++;
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) ranks[order[i]] = rank;
  }
  return ranks;
}

interface Pairs {
  x: Float64Array;
  y: Float64Array;
}

function completeRows(x: ArrayLike<number>, y: ArrayLike<number>): Pairs {
  const rows = Math.min(x.length, y.length);
  const pairs = { x: new Float64Array(rows), y: new Float64Array(rows) };
  let n = 0;
  for (let i = 0; i < rows; i++) {
    if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue;
    pairs.x[n] = x[i];
    pairs.y[n++] = y[i];
  }
  return { x: pairs.x.subarray(0, n), y: pairs.y.subarray(0, n) };
}

function moments({ x, y }: Pairs): CoMoments {
  const [n, low, high] = [x.length, { x: Infinity, y: Infinity }, { x: -Infinity, y: -Infinity }];
  let [sumX, sumY, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const a = x[i];
    const b = y[i];
    sumX += a;
    sumY += b;
    if (a < low.x) low.x = a;
    if (a > high.x) high.x = a;
    if (b < low.y) low.y = b;
    if (b > high.y) high.y = b;
  }
  const meanX = sumX / n;
  const meanY = sumY / n;
  for (let i = 0; i < n; i++) {
    const a = x[i] - meanX;
    const b = y[i] - meanY;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return { n, low, high, xx, yy, xy };
}

function judge({ n, low, high, xx, yy, xy }: CoMoments, inflation: (r: number) => number): Correlation {
  const none = { r: null, n, p: null, low: null, high: null };
  if (n < 3) return { ...none, why: `only ${n} rows with both values` };
  if (low.x === high.x) return { ...none, why: "the column has only one value" };
  if (low.y === high.y) return { ...none, why: `the label is always ${low.y}` };
  const exact = xy / Math.sqrt(xx) / Math.sqrt(yy);
  if (!Number.isFinite(exact)) return { ...none, why: "the numbers are too large, or too close to each other" };
  const r = Math.max(-1, Math.min(1, exact));
  const p = studentTwoSided(r * Math.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2);
  if (n < 4) return { r, n, p, low: null, high: null, why: "an interval takes 4 rows" };
  // Fisher's z has variance 1 / (n − 3), and for ranks somewhat more
  const half = Z95 * Math.sqrt(inflation(r) / (n - 3));
  const z = Math.atanh(r);
  return { r, n, p, low: Math.tanh(z - half), high: Math.tanh(z + half), why: null };
}
