import { type ReliabilityBin, reliability, reliabilityByRank } from "./reliability.js";

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
  return meanGap(reliability(label, probability, bins, weight));
}

/**
 * The same over groups of equally many rows (adaptive calibration error; Nixon et al. 2019): bins of equal width have most
 * rows in one of them where the class 1 is rare.
 *
 * @param groups number of groups at most; rows of equal probability are in one
 * @example
 * calibrationErrorByRank([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], 2); // 0.4
 */
export function calibrationErrorByRank(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  groups = 10,
): number | null {
  return meanGap(reliabilityByRank(label, probability, groups));
}

function meanGap(table: readonly ReliabilityBin[]): number | null {
  const all = table.reduce((sum, bin) => sum + bin.rows, 0);
  if (all === 0) return null;
  return table.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.predicted - bin.observed), 0) / all;
}
