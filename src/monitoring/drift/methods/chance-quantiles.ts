import type { Distribution } from "./distance-method.js";

/** A normal value beyond which one chunk in a thousand lies. */
export const NORMAL_999 = 3.09;

/** 99.9 % quantile of χ² (Wilson and Hilferty 1931). */
export function chiSquare999(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + NORMAL_999 * Math.sqrt(spread)) ** 3;
}

/** How many bins or categories a sample of this many rows can fill; those with less than a row count for nothing. */
export function countFilled({ shares }: Distribution, rows: number): number {
  let filled = 0;
  for (let i = 0; i < shares.length; i++) if (shares[i] * rows >= 1) filled++;
  return filled;
}

/**
 * A chance limit of a distance that is quadratic near 0: a χ² of filled bins − 1 degrees of freedom times (1/n + 1/N), over a
 * factor of the distance (Österreicher and Vajda 2003).
 */
export function quadraticChance(shape: Distribution, n: number, N: number, factor: number): number {
  const freedom = Math.max(1, countFilled(shape, Math.min(n, N)) - 1);
  return Math.sqrt((chiSquare999(freedom) * (1 / n + 1 / N)) / factor);
}
