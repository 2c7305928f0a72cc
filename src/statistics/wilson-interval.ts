import { Z95 } from "./normal.js";

/**
 * Confidence interval of a rate by Wilson's score method (1927), as scipy's `binomtest(…).proportion_ci(method="wilson")`.
 *
 * @param hits how many of `n`
 * @param z quantile of the normal distribution at the upper limit, which sets the level: 95 % by default
 * @returns null when n is 0
 * @example
 * wilsonInterval(3, 10); // { low: 0.107…, high: 0.603… }
 */
export function wilsonInterval(hits: number, n: number, z = Z95): { low: number; high: number } | null {
  if (n <= 0) return null;
  const rate = hits / n;
  const square = z * z;
  const middle = (rate + square / (2 * n)) / (1 + square / n);
  const half = (z / (1 + square / n)) * Math.sqrt((rate * (1 - rate)) / n + square / (4 * n * n));
  // the limits at 0 and at n of n are exact there, and rounding would miss them
  return { low: hits === 0 ? 0 : middle - half, high: hits === n ? 1 : middle + half };
}
