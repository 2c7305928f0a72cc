import { chiSquareTail } from "./special-functions.js";

/**
 * Pearson's χ² test that two rows of counts come from one distribution, with Yates's correction for two categories (as
 * scipy's `chi2_contingency`).
 *
 * @param a counts of each category, none of them 0 in both
 */
export function chiSquare(a: ArrayLike<number>, b: ArrayLike<number>): { statistic: number; p: number } {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
  const [totalA, totalB] = [sum(a), sum(b)];
  const dof = a.length - 1;
  if (dof < 1) return { statistic: 0, p: 1 };
  let statistic = 0;
  for (let i = 0; i < a.length; i++) {
    const row = (a[i] as number) + (b[i] as number);
    for (const [count, total] of [
      [a[i] as number, totalA],
      [b[i] as number, totalB],
    ] as const) {
      const expected = (row * total) / (totalA + totalB);
      let off = Math.abs(count - expected);
      if (dof === 1) off -= Math.min(0.5, off);
      statistic += (off * off) / expected;
    }
  }
  return { statistic, p: chiSquareTail(statistic, dof) };
}
