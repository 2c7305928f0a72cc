import { upperGamma } from "../../../statistics/special-functions.js";
import type { ChanceAt, Distribution } from "./distance-method.js";

/** A normal value beyond which one chunk in a thousand lies. */
export const NORMAL_999 = 3.09;

/** Quantile of χ² at a standard normal deviate (Wilson and Hilferty 1931). */
export function chiSquareAt(freedom: number, z: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * Math.max(0, 1 - spread + z * Math.sqrt(spread)) ** 3;
}

/** Probability of a standard normal value above z, z not below 0. */
export const normalTail = (z: number): number => upperGamma(0.5, (z * z) / 2) / 2;

/** How many bins or categories a sample of this many rows fills; those with less than half a row count in part. */
export function countFilled({ shares }: Distribution, rows: number): number {
  let filled = 0;
  for (let i = 0; i < shares.length; i++) filled += Math.min(1, 2 * shares[i] * rows);
  return filled;
}

/**
 * A chance limit of a distance that is quadratic near 0: a χ² of filled bins − 1 degrees of freedom times (1/n + 1/N), over a
 * factor of the distance (Österreicher and Vajda 2003).
 */
export function quadraticChance(shape: Distribution, { n, N, z = NORMAL_999 }: ChanceAt, factor: number): number {
  const freedom = Math.max(1, countFilled(shape, Math.min(n, N)) - 1);
  return Math.sqrt((chiSquareAt(freedom, z) * (1 / n + 1 / N)) / factor);
}
