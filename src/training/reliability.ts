import { rank } from "./ranked.js";

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Mean probability of its rows. */
  predicted: number;
  /** Share of its rows that are 1. */
  observed: number;
  /** Number of rows (sum of weights). */
  rows: number;
}

/**
 * Compares probabilities with what happened, in bins of equal width (scikit-learn's `calibration_curve`, "uniform").
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row, in [0, 1]
 * @param bins number of bins over [0, 1]; empty ones are left out
 * @param weight of each row
 */
export function reliability(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  bins = 10,
  weight?: ArrayLike<number>,
): ReliabilityBin[] {
  const rows = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  const observed = new Float64Array(bins);
  for (let i = 0; i < label.length; i++) {
    const w = weight ? weight[i] : 1;
    const p = probability[i];
    // a bin is open below and closed above, as numpy.searchsorted puts it
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1));
    rows[bin] += w;
    predicted[bin] += w * p;
    if (label[i]) observed[bin] += w;
  }
  const table: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const n = rows[bin];
    if (n > 0) table.push({ predicted: predicted[bin] / n, observed: observed[bin] / n, rows: n });
  }
  return table;
}

/**
 * The same in groups of equally many rows, the lowest probabilities first: what a chart shows, since no group is too small
 * to read. Rows of equal probability stay together, so groups may be fewer and uneven.
 */
export function reliabilityByRank(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  groups = 10,
): ReliabilityBin[] {
  const ranked = rank(label, probability);
  const rows = ranked.score.length;
  const table: ReliabilityBin[] = [];
  let bin = { predicted: 0, observed: 0, rows: 0 };
  let edge = 1;
  for (let i = rows - 1; i >= 0; i--) {
    bin.predicted += ranked.score[i];
    bin.observed += ranked.label[i];
    bin.rows++;
    const reached = ((rows - i) * groups) / rows;
    if (reached < edge || ranked.score[i - 1] === ranked.score[i]) continue;
    edge = Math.floor(reached) + 1;
    table.push({ predicted: bin.predicted / bin.rows, observed: bin.observed / bin.rows, rows: bin.rows });
    bin = { predicted: 0, observed: 0, rows: 0 };
  }
  return table;
}

/**
 * Expected calibration error: mean gap of probability and observed rate over bins, weighted by rows (Naeini et al. 2015).
 *
 * @returns 0 … 1, or null when there is no row
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
