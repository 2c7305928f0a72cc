import { upperGamma } from "./special-functions.js";

/**
 * Probability that a χ² of `dof` degrees of freedom is greater than x: the regularised upper incomplete gamma function.
 *
 * @param x at least 0
 * @param dof above 0
 * @example
 * chiSquareTail(3.841, 1); // 0.05
 */
export const chiSquareTail = (x: number, dof: number): number => upperGamma(dof / 2, x / 2);

/**
 * Pearson's χ² test that two rows of counts come from one distribution, with Yates's correction for two categories (as
 * scipy's `chi2_contingency`); a single category gives a statistic of 0.
 *
 * @param a counts of each category
 * @param b counts of the same categories
 * @returns null where a row sums to 0, or a category is empty in both
 * @example
 * chiSquareTest([10, 20, 30], [20, 20, 20]); // { statistic: 5.33…, p: 0.0694… }
 */
export function chiSquareTest(a: ArrayLike<number>, b: ArrayLike<number>): { statistic: number; p: number } | null {
  let totalA = 0;
  let totalB = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] + b[i] === 0) return null;
    totalA += a[i];
    totalB += b[i];
  }
  if (totalA === 0 || totalB === 0) return null;
  const dof = a.length - 1;
  if (dof < 1) return { statistic: 0, p: 1 };
  let statistic = 0;
  for (let i = 0; i < a.length; i++) {
    const row = a[i] + b[i];
    statistic += term(a[i], (row * totalA) / (totalA + totalB), dof);
    statistic += term(b[i], (row * totalB) / (totalA + totalB), dof);
  }
  return { statistic, p: chiSquareTail(statistic, dof) };
}

function term(count: number, expected: number, dof: number): number {
  let off = Math.abs(count - expected);
  if (dof === 1) off -= Math.min(0.5, off);
  return (off * off) / expected;
}
