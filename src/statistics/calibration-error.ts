import { reliability } from "./reliability.js";

/**
 * Expected calibration error: mean gap of probability and observed rate over bins, weighted by rows (Naeini et al. 2015).
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row, in [0, 1]
 * @param bins number of bins of equal width over [0, 1]
 * @param weight of each row; 1 by default
 * @returns 0 … 1, or null when there is no row
 * @example
 * calibrationError([0, 1], [0.25, 0.75]); // 0.25
 */
export function calibrationError(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  bins = 10,
  weight?: ArrayLike<number>,
): number | null {
  const table = reliability(label, probability, bins, weight);
  const all = table.reduce((sum, bin) => sum + bin.rows, 0);
  if (all === 0) return null;
  return table.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.predicted - bin.observed), 0) / all;
}
