/** Counts of predictions against what came true; estimates hold expected counts. */
export interface Confusion {
  readonly tp: number;
  readonly tn: number;
  readonly fp: number;
  readonly fn: number;
}

/** Counts over rows `from` … `to − 1`, leaving out rows with a missing label or prediction. */
export function countConfusion(truth: Float64Array, predicted: Float64Array, from: number, to: number): Confusion {
  const counts = new Int32Array(4);
  addPairs(counts, truth, predicted, from, to);
  const [tn, fp, fn, tp] = counts as unknown as [number, number, number, number];
  return { tp, tn, fp, fn };
}

/** Counts rows by truth (2) and prediction (1). */
function addPairs(counts: Int32Array, truth: Float64Array, predicted: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const y = truth[i];
    const yes = predicted[i];
    if ((y !== 0 && y !== 1) || (yes !== 0 && yes !== 1)) continue;
    const pair = 2 * y + yes;
    counts[pair] = counts[pair] + 1;
  }
}

export const confusionSize = ({ tp, tn, fp, fn }: Confusion): number => tp + tn + fp + fn;

/** The four cells of the confusion matrix, as metrics. */
export const CELLS = {
  true_positive: "tp",
  true_negative: "tn",
  false_positive: "fp",
  false_negative: "fn",
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
  const { tp, tn, fp, fn } = confusion;
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
  const [[vTn, vFp], [vFn, vTp]] = matrix;
  const positive = c.tp * vTp + c.fp * vFp;
  const negative = c.tn * vTn + c.fn * vFn;
  if (normalize === null) return positive + negative;
  const share = (worth: number, count: number) => (count === 0 ? 0 : worth / count);
  return share(positive, c.tp + c.fp) + share(negative, c.tn + c.fn);
}
