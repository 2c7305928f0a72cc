import { chiSquareTail } from "./special-functions.js";

/**
 * Pearson's χ² test that two rows of counts come from one distribution, with Yates's correction for two categories (as
 * scipy's `chi2_contingency`).
 *
 * @param a counts of each category, none of them 0 in both
 */
export function chiSquare(a: ArrayLike<number>, b: ArrayLike<number>): { statistic: number; p: number } {
  const dof = a.length - 1;
  if (dof < 1) return { statistic: 0, p: 1 };
  let totalA = 0;
  let totalB = 0;
  for (let i = 0; i < a.length; i++) {
    totalA += a[i];
    totalB += b[i];
  }
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
