import { type Ranked, rank } from "./ranked.js";

/**
 * Area under the ROC curve: the chance that a random positive row scores above a random negative one, ties counting half
 * (Mann and Whitney 1947; Hanley and McNeil 1982).
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @returns 0 … 1, or null when only one class is there
 */
export function rocAuc(label: ArrayLike<number>, score: ArrayLike<number>): number | null {
  return rankedRocAuc(rank(label, score));
}

/** The same of ranked rows, with a weight at each place (a bootstrap's counts, say). */
export function rankedRocAuc({ label, score }: Ranked, weight?: ArrayLike<number>): number | null {
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
