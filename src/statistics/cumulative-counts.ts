import { rankScores, weightInOrder } from "./rank-scores.js";

/** Rows of each class from the top of the ranking down to each distinct score. */
export interface CumulativeCounts {
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly threshold: Float64Array;
  /** Rows of each class in all. */
  readonly positives: number;
  readonly negatives: number;
}

/** Counts the rows that each threshold flags, one a distinct score, the highest first; sums of weights with weights. */
export function cumulativeCounts(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  weight?: ArrayLike<number>,
): CumulativeCounts {
  const ranked = rankScores(label, score);
  const placed = weightInOrder(ranked.order, weight);
  const rows = ranked.score.length;
  const [truePositives, falsePositives, threshold] = [0, 0, 0].map(() => new Float64Array(rows));
  let size = 0;
  let positives = 0;
  let negatives = 0;
  let here = 0;
  for (let i = 0; i < rows; i++) {
    const w = placed ? placed[i] : 1;
    if (ranked.label[i]) positives += w;
    else negatives += w;
    here += w;
    // a score whose rows have no weight is as if it were not there
    if (ranked.score[i + 1] === ranked.score[i] || here === 0) continue;
    here = 0;
    truePositives[size] = positives;
    falsePositives[size] = negatives;
    threshold[size++] = ranked.score[i];
  }
  return {
    truePositives: truePositives.slice(0, size),
    falsePositives: falsePositives.slice(0, size),
    threshold: threshold.slice(0, size),
    positives,
    negatives,
  };
}
