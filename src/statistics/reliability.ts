import { rankScores } from "./rank-scores.js";

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Mean probability of its rows. */
  readonly predicted: number;
  /** Share of its rows that are 1. */
  readonly observed: number;
  /** Number of rows (sum of weights). */
  readonly rows: number;
}

/**
 * Compares probabilities with what happened, in bins of equal width (scikit-learn's `calibration_curve`, "uniform").
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row, in [0, 1]
 * @param bins number of bins over [0, 1]; empty ones are left out
 * @param weight of each row; 1 by default
 * @returns one entry a bin that has rows, the lowest probabilities first
 * @example
 * reliability([0, 1], [0.1, 0.9], 2); // [{ predicted: 0.1, observed: 0, rows: 1 }, { predicted: 0.9, observed: 1, rows: 1 }]
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
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row, in [0, 1]
 * @param groups number of groups at most
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a probability that is not a finite number
 * @example
 * reliabilityByRank([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], 2); // observed 0, then 1, of two rows each
 */
export function reliabilityByRank(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  groups = 10,
): ReliabilityBin[] {
  const ranked = rankScores(label, probability);
  const group = rankGroups(ranked.score, groups);
  const table: { predicted: number; observed: number; rows: number }[] = [];
  for (let i = ranked.score.length - 1; i >= 0; i--) {
    table[group[i]] ??= { predicted: 0, observed: 0, rows: 0 };
    const bin = table[group[i]];
    bin.predicted += ranked.score[i];
    bin.observed += ranked.label[i];
    bin.rows++;
  }
  return table.map(({ predicted, observed, rows }) => ({
    predicted: predicted / rows,
    observed: observed / rows,
    rows,
  }));
}

/**
 * Numbers of groups of equally many rows, 0 for the lowest scores; rows of equal score are in one group.
 *
 * @param score by falling score
 * @example
 * rankGroups([0.9, 0.4, 0.4, 0.1], 2); // 1, 0, 0, 0
 */
export function rankGroups(score: ArrayLike<number>, groups: number): Uint16Array {
  const rows = score.length;
  const out = new Uint16Array(rows);
  let group = 0;
  let edge = 1;
  for (let i = rows - 1; i >= 0; i--) {
    out[i] = group;
    const reached = ((rows - i) * groups) / rows;
    if (reached < edge || score[i - 1] === score[i]) continue;
    edge = Math.floor(reached) + 1;
    group++;
  }
  return out;
}
