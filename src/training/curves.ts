import { rank } from "./ranked.js";

/** Points of a ROC curve, from (0, 0) to (1, 1), one a distinct score. */
export interface RocCurve {
  falsePositiveRate: Float64Array;
  truePositiveRate: Float64Array;
  /** Score from which on a row counts as 1; the first point, where none does, has +∞. */
  threshold: Float64Array;
}

/** Points of a precision-recall curve, from the highest score down. */
export interface PrecisionRecallCurve {
  recall: Float64Array;
  precision: Float64Array;
  threshold: Float64Array;
}

/** Counts from the top of the ranking down to each distinct score. */
function cumulative(label: ArrayLike<number>, score: ArrayLike<number>) {
  const ranked = rank(label, score);
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  const threshold: number[] = [];
  let up = 0;
  let down = 0;
  for (let i = 0; i < ranked.score.length; i++) {
    if (ranked.label[i]) up++;
    else down++;
    if (ranked.score[i + 1] === ranked.score[i]) continue;
    truePositives.push(up);
    falsePositives.push(down);
    threshold.push(ranked.score[i]);
  }
  return { truePositives, falsePositives, threshold, positives: up, negatives: down };
}

/**
 * The ROC curve, every distinct score a point.
 *
 * @returns the points, or null when only one class is there
 */
export function rocCurve(label: ArrayLike<number>, score: ArrayLike<number>): RocCurve | null {
  const { truePositives, falsePositives, threshold, positives, negatives } = cumulative(label, score);
  if (positives === 0 || negatives === 0) return null;
  return {
    falsePositiveRate: Float64Array.from([0, ...falsePositives.map((count) => count / negatives)]),
    truePositiveRate: Float64Array.from([0, ...truePositives.map((count) => count / positives)]),
    threshold: Float64Array.from([Number.POSITIVE_INFINITY, ...threshold]),
  };
}

/**
 * The precision-recall curve, every distinct score a point.
 *
 * @returns the points, or null when no row is positive
 */
export function precisionRecallCurve(label: ArrayLike<number>, score: ArrayLike<number>): PrecisionRecallCurve | null {
  const { truePositives, falsePositives, threshold, positives } = cumulative(label, score);
  if (positives === 0) return null;
  return {
    recall: Float64Array.from(truePositives, (count) => count / positives),
    precision: Float64Array.from(truePositives, (count, i) => count / (count + falsePositives[i])),
    threshold: Float64Array.from(threshold),
  };
}
