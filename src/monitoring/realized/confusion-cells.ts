import type { Confusion } from "../../statistics/confusion.js";

/** The four cells of the confusion matrix, as metrics. */
export const CELLS = {
  true_positive: "truePositives",
  true_negative: "trueNegatives",
  false_positive: "falsePositives",
  false_negative: "falseNegatives",
} as const;

export type Cell = keyof typeof CELLS;

/** Shares of all rows, of the actual class (`true`), of the predicted class (`pred`), or plain counts (null). */
export type NormalizeConfusion = "all" | "true" | "pred" | null;

/** A cell of the matrix; NaN when the class it is a share of has no row. */
export function cellValue(confusion: Confusion, cell: Cell, normalize: NormalizeConfusion): number {
  return confusion[CELLS[cell]] / (normalize === null ? 1 : cellTotal(confusion, cell, normalize));
}

/** The number of rows that a cell is a share of. */
export function cellTotal(confusion: Confusion, cell: Cell, normalize: "all" | "true" | "pred"): number {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = confusion;
  if (normalize === "all") return tp + tn + fp + fn;
  if (normalize === "true") return cell === "true_positive" || cell === "false_negative" ? tp + fn : tn + fp;
  return cell === "true_positive" || cell === "false_positive" ? tp + fp : tn + fn;
}

/** What each outcome is worth: `[[TN, FP], [FN, TP]]`. */
export type ValueMatrix = readonly [readonly [number, number], readonly [number, number]];

/**
 * The worth of the predictions.
 *
 * With `per_prediction`, the average worth of a positive prediction plus that of a negative one (so NannyML; it is not the
 * worth divided by the number of predictions).
 */
export function businessValue(c: Confusion, matrix: ValueMatrix, normalize: "per_prediction" | null): number {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = c;
  const [[vTn, vFp], [vFn, vTp]] = matrix;
  const positive = tp * vTp + fp * vFp;
  const negative = tn * vTn + fn * vFn;
  if (normalize === null) return positive + negative;
  const share = (worth: number, count: number) => (count === 0 ? 0 : worth / count);
  return share(positive, tp + fp) + share(negative, tn + fn);
}
