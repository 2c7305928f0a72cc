import { type RankedScores, rankScores, weightInOrder } from "./rank-scores.js";

/** One step of the gains table: the share of rows that scores highest, and what is found there. */
export interface GainsStep {
  /** Share of rows contacted, in (0, 1]. */
  readonly share: number;
  /** Share of all positive rows found among them (gain, or recall). */
  readonly gain: number;
  /** Positive rate among them over the positive rate of all rows. */
  readonly lift: number;
}

/**
 * Lift of the top share of rows: the positive rate among the highest scores over the positive rate of all.
 *
 * Rows of equal score at the border count in part, so the answer does not depend on the order of rows.
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @param share of rows at the top, in (0, 1]; 0.1 is the top decile
 * @param weight of each row; 1 by default
 * @returns ≥ 0, or null when no row is positive
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 * @example
 * lift([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.9], 0.25); // 4
 */
export function lift(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  share = 0.1,
  weight?: ArrayLike<number>,
): number | null {
  const ranked = rankScores(label, score);
  return rankedLift(ranked, share, weightInOrder(ranked.order, weight));
}

/** The same of ranked rows, with a weight at each place. */
export function rankedLift({ label, score }: RankedScores, share: number, weight?: ArrayLike<number>): number | null {
  let all = 0;
  let positives = 0;
  for (let i = 0; i < score.length; i++) {
    const w = weight ? weight[i] : 1;
    all += w;
    if (label[i]) positives += w;
  }
  if (positives === 0) return null;
  const top = share * all;
  let taken = 0;
  let found = 0;
  for (let i = 0; i < score.length && taken < top; ) {
    const value = score[i];
    let here = 0;
    let up = 0;
    for (; i < score.length && score[i] === value; i++) {
      const w = weight ? weight[i] : 1;
      here += w;
      if (label[i]) up += w;
    }
    const part = here === 0 ? 0 : Math.min(1, (top - taken) / here);
    taken += part * here;
    found += part * up;
  }
  return found / top / (positives / all);
}

/**
 * Cumulative gains and lift by share of rows, the highest scores first.
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @param steps number of equal steps: 10 for deciles
 * @param weight of each row; 1 by default
 * @returns one entry a step, or null when no row is positive
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 * @example
 * gains([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.9], 2)?.[0]; // { share: 0.5, gain: 1, lift: 2 }
 */
export function gains(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  steps = 10,
  weight?: ArrayLike<number>,
): GainsStep[] | null {
  const ranked = rankScores(label, score);
  const placed = weightInOrder(ranked.order, weight);
  const table: GainsStep[] = [];
  for (let step = 1; step <= steps; step++) {
    const share = step / steps;
    const value = rankedLift(ranked, share, placed);
    if (value === null) return null;
    table.push({ share, gain: value * share, lift: value });
  }
  return table;
}
