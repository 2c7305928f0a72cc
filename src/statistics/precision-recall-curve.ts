import { cumulativeCounts } from "./cumulative-counts.js";

/** Points of a precision-recall curve, from the highest score down. */
export interface PrecisionRecallCurve {
  readonly recall: Float64Array;
  readonly precision: Float64Array;
  /** Score from which on a row counts as 1. */
  readonly threshold: Float64Array;
}

/**
 * The precision-recall curve, every distinct score a point (as scikit-learn's `precision_recall_curve`, turned round and
 * without its last point at recall 0).
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @param weight of each row; 1 by default
 * @returns the points, or null when no row is positive
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 * @example
 * precisionRecallCurve([0, 1], [0.2, 0.9])?.precision; // 1, 0.5
 */
export function precisionRecallCurve(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  weight?: ArrayLike<number>,
): PrecisionRecallCurve | null {
  const { truePositives, falsePositives, threshold, positives } = cumulativeCounts(label, score, weight);
  if (positives === 0) return null;
  return {
    recall: truePositives.map((count) => count / positives),
    precision: truePositives.map((count, i) => count / (count + falsePositives[i])),
    threshold,
  };
}
