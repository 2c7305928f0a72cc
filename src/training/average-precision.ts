import { type Ranked, rank } from "./ranked.js";

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there, without interpolation
 * (as scikit-learn's `average_precision_score`).
 *
 * @returns 0 … 1, or null when there is no positive row
 */
export function averagePrecision(label: ArrayLike<number>, score: ArrayLike<number>): number | null {
  return rankedAveragePrecision(rank(label, score));
}

/** The same of ranked rows, with a weight at each place. */
export function rankedAveragePrecision({ label, score }: Ranked, weight?: ArrayLike<number>): number | null {
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
