import { wilsonInterval } from "./wilson-interval.js";

/**
 * Difference of two rates, first less second, with its 95 % confidence interval by Newcombe's hybrid score method (1998, method
 * 10), as statsmodels' `confint_proportions_2indep(…, method="newcomb")`.
 *
 * @param hits how many of `n` in the first group, and `otherHits` of `otherN` in the second
 * @returns null when one of the groups is empty
 * @example
 * newcombeInterval(56, 70, 48, 80); // { difference: 0.2, low: 0.0524…, high: 0.3339… }
 */
export function newcombeInterval(
  hits: number,
  n: number,
  otherHits: number,
  otherN: number,
): { difference: number; low: number; high: number } | null {
  const [first, second] = [wilsonInterval(hits, n), wilsonInterval(otherHits, otherN)];
  if (!first || !second) return null;
  const [p, q] = [hits / n, otherHits / otherN];
  return {
    difference: p - q,
    low: p - q - Math.hypot(p - first.low, second.high - q),
    high: p - q + Math.hypot(first.high - p, q - second.low),
  };
}
