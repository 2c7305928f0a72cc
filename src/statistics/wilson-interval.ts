/** The 0.975 quantile of the normal distribution: limits of 95 %. */
export const Z95 = 1.959963984540054;

/**
 * Confidence interval of a rate by Wilson's score method (1927), 95 %.
 *
 * @param hits how many of `n`
 * @returns null when n is 0
 */
export function wilsonInterval(hits: number, n: number): { low: number; high: number } | null {
  if (n <= 0) return null;
  const rate = hits / n;
  const square = Z95 * Z95;
  const middle = (rate + square / (2 * n)) / (1 + square / n);
  const half = (Z95 / (1 + square / n)) * Math.sqrt((rate * (1 - rate)) / n + square / (4 * n * n));
  // the limits at 0 and at n of n are exact there, and rounding would miss them
  return { low: hits === 0 ? 0 : middle - half, high: hits === n ? 1 : middle + half };
}
