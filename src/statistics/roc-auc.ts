import { type RankedScores, rankScores, weightInOrder } from "./rank-scores.js";

/**
 * Area under the ROC curve: the chance that a random positive row scores above a random negative one, ties counting half
 * (Mann and Whitney 1947; Hanley and McNeil 1982). As scikit-learn's `roc_auc_score`.
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @param weight of each row; 1 by default
 * @returns 0 … 1, or null when only one class is there
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 * @example
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 */
export function rocAuc(label: ArrayLike<number>, score: ArrayLike<number>, weight?: ArrayLike<number>): number | null {
  const ranked = rankScores(label, score);
  return rankedRocAuc(ranked, weightInOrder(ranked.order, weight));
}

/** The same of ranked rows, with a weight at each place (a bootstrap's counts, say). */
export function rankedRocAuc({ label, score }: RankedScores, weight?: ArrayLike<number>): number | null {
  let pairs = 0;
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < score.length; ) {
    const value = score[i];
    let up = 0;
    let down = 0;
    for (; i < score.length && score[i] === value; i++) {
      const w = weight ? weight[i] : 1;
      if (label[i]) up += w;
      else down += w;
    }
    pairs += down * (positives + up / 2);
    positives += up;
    negatives += down;
  }
  return positives > 0 && negatives > 0 ? pairs / (positives * negatives) : null;
}

/**
 * Standard error of an area under the ROC curve, from the area and the sizes of the classes (Hanley and McNeil 1982).
 *
 * @param auc the area, 0 … 1
 * @returns null when a class has no row
 * @example
 * rocAucError(0.8, 50, 200); // 0.039…
 */
export function rocAucError(auc: number, positives: number, negatives: number): number | null {
  if (positives < 1 || negatives < 1) return null;
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  const variance = auc * (1 - auc) + (positives - 1) * (q1 - auc * auc) + (negatives - 1) * (q2 - auc * auc);
  return Math.sqrt(variance / (positives * negatives));
}
