import { Z95 } from "./normal.js";
import { midRanks } from "./ranks.js";
import { studentTwoSided } from "./student-t.js";

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
 * @param y one number a row; the same
 * @example
 * pearson([1, 2, 3, 4], [1, 3, 2, 4]).r; // 0.8
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  return correlationOf(coMoments(x, y));
}

/**
 * Spearman's rank correlation of two columns, ties at their mid-ranks.
 *
 * The p-value is that of Student's t with n − 2 degrees of freedom, the interval that of Bonett and Wright (2000).
 *
 * @param x one number a row; NaN and infinities count as missing
 * @param y one number a row; the same
 * @example
 * spearman([1, 2, 3, 4], [1, 30, 2, 400]).r; // 0.8
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  const rows = completeRows(x, y);
  return rankCorrelationOf(sumPairs({ x: midRanks(rows.x), y: midRanks(rows.y) }));
}

/** The sums that a correlation is made of, over the rows where both numbers are finite. */
export function coMoments(x: ArrayLike<number>, y: ArrayLike<number>): CoMoments {
  return sumPairs(completeRows(x, y));
}

/** The coefficient alone; null of constants, and where the sums overflow. */
export function correlationCoefficient({ low, high, xx, yy, xy }: CoMoments): number | null {
  if (!(low.x < high.x && low.y < high.y)) return null;
  const exact = xy / Math.sqrt(xx) / Math.sqrt(yy);
  return Number.isFinite(exact) ? Math.max(-1, Math.min(1, exact)) : null;
}

/** Two-sided p-value of a coefficient of n rows, by Student's t with n − 2 degrees of freedom; 1 of two rows, as in scipy. */
export function correlationP(r: number, n: number): number {
  return n > 2 ? studentTwoSided(r * Math.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2) : 1;
}

/** Pearson's correlation from its sums. */
export function correlationOf(moments: CoMoments): Correlation {
  return judge(moments, () => 1);
}

/** Spearman's correlation from the sums of the ranks. */
export function rankCorrelationOf(moments: CoMoments): Correlation {
  return judge(moments, (r) => 1 + r ** 2 / 2);
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

function sumPairs({ x, y }: Pairs): CoMoments {
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

function judge(moments: CoMoments, inflation: (r: number) => number): Correlation {
  const { n, low, high } = moments;
  const none = { r: null, n, p: null, low: null, high: null };
  if (n < 3) return { ...none, why: `only ${n} rows with both values` };
  if (low.x === high.x) return { ...none, why: "the column has only one value" };
  if (low.y === high.y) return { ...none, why: `the label is always ${low.y}` };
  const r = correlationCoefficient(moments);
  if (r === null) return { ...none, why: "the numbers are too large, or too close to each other" };
  const p = correlationP(r, n);
  if (n < 4) return { r, n, p, low: null, high: null, why: "an interval takes 4 rows" };
  // Fisher's z has variance 1 / (n − 3), and for ranks somewhat more
  const half = Z95 * Math.sqrt(inflation(r) / (n - 3));
  const z = Math.atanh(r);
  return { r, n, p, low: Math.tanh(z - half), high: Math.tanh(z + half), why: null };
}
