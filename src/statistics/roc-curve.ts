import { cumulativeCounts } from "./cumulative-counts.js";

/** Points of a ROC curve, from (0, 0) to (1, 1), one a distinct score. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** Score from which on a row counts as 1; the first point, where none does, has +∞. */
  readonly threshold: Float64Array;
}

/**
 * The ROC curve, every distinct score a point (as scikit-learn's `roc_curve` with `drop_intermediate=False`).
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @param weight of each row; 1 by default
 * @returns the points, or null when only one class is there
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 * @example
 * rocCurve([0, 1], [0.2, 0.9])?.truePositiveRate; // 0, 1, 1
 */
export function rocCurve(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  weight?: ArrayLike<number>,
): RocCurve | null {
  const { truePositives, falsePositives, threshold, positives, negatives } = cumulativeCounts(label, score, weight);
  if (positives === 0 || negatives === 0) return null;
  return {
    falsePositiveRate: startingAt(
      0,
      falsePositives.map((count) => count / negatives),
    ),
    truePositiveRate: startingAt(
      0,
      truePositives.map((count) => count / positives),
    ),
    threshold: startingAt(Number.POSITIVE_INFINITY, threshold),
  };
}

function startingAt(first: number, rest: Float64Array): Float64Array {
  const all = new Float64Array(rest.length + 1);
  all[0] = first;
  all.set(rest, 1);
  return all;
}
