import { type RankedScores, rankScores, weightInOrder } from "./rank-scores.js";

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there, without interpolation
 * (as scikit-learn's `average_precision_score`).
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @param weight of each row; 1 by default
 * @returns 0 … 1, or null when there is no positive row
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 * @example
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.8333…
 */
export function averagePrecision(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  weight?: ArrayLike<number>,
): number | null {
  const ranked = rankScores(label, score);
  return rankedAveragePrecision(ranked, weightInOrder(ranked.order, weight));
}

/** The same of ranked rows, with a weight at each place. */
export function rankedAveragePrecision({ label, score }: RankedScores, weight?: ArrayLike<number>): number | null {
  let sum = 0;
  let positives = 0;
  let all = 0;
  for (let i = 0; i < score.length; ) {
    const value = score[i];
    let up = 0;
    for (; i < score.length && score[i] === value; i++) {
      const w = weight ? weight[i] : 1;
      all += w;
      if (label[i]) up += w;
    }
    positives += up;
    if (up > 0) sum += up * (positives / all);
  }
  return positives > 0 ? sum / positives : null;
}
