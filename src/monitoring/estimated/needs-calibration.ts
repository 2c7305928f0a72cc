import { ChurnError } from "../../core/errors.js";
import { fitIsotonic, groupTotals, isotonicAt, scoreGroups, withoutRows } from "../../statistics/isotonic.js";
import { rocAuc } from "../../statistics/roc-auc.js";
import { numpyArgsort } from "../nannyml/numpy-argsort.js";
import { stratifiedTests } from "../nannyml/stratified-shuffle-split.js";

/** Expected calibration error before and after isotonic calibration, on rows that the calibration did not see. */
export interface CalibrationCheck {
  readonly needed: boolean;
  readonly before: number | null;
  readonly after: number | null;
}

/**
 * Whether isotonic calibration lowers the expected calibration error of scores (ten bins of equal count), tried on ten
 * random tenths of the reference.
 *
 * @param auc ROC AUC of the scores; where they part the classes, calibration has nothing to do
 */
export function needsCalibration(
  labels: Float64Array,
  scores: Float64Array,
  auc: number | null = rocAuc(labels, scores),
  groups = scoreGroups(scores),
): CalibrationCheck {
  if (auc === null || auc > 0.999) return { needed: false, before: null, after: null };
  const most = 10 * Math.ceil(labels.length / 10);
  const y = new Float64Array(most);
  const raw = new Float64Array(most);
  const calibrated = new Float64Array(most);
  let n = 0;
  const totals = groupTotals(groups, labels);
  for (const test of stratifiedTests(labels)) {
    const fit = fitIsotonic(groups, withoutRows(totals, groups, labels, test));
    for (const row of test) {
      const score = scores[row];
      y[n] = labels[row];
      raw[n] = score;
      calibrated[n++] = isotonicAt(fit, score);
    }
  }
  const truth = y.subarray(0, n);
  const before = equalCountCalibrationError(truth, raw.subarray(0, n));
  const after = equalCountCalibrationError(truth, calibrated.subarray(0, n));
  return { needed: before > after, before, after };
}

/** Expected calibration error as NannyML computes it: Σ share of a bin · |mean score − mean label|, over bins of equal count. */
function equalCountCalibrationError(labels: Float64Array, scores: Float64Array): number {
  const bins = equalCountBins(labels.length);
  const binOf = (place: number) => bins.findIndex(([from, to]) => place >= from && place < to);
  // which rows a bin holds is all that matters: inside it they need no order
  const order = numpyArgsort(scores, (left, right) => binOf(left) === binOf(right));
  let error = 0;
  for (const [from, to] of bins) {
    let score = 0;
    let label = 0;
    for (let i = from; i < to; i++) {
      score += scores[order[i]];
      label += labels[order[i]];
    }
    const rows = to - from;
    error += (rows / labels.length) * Math.abs(score / rows - label / rows);
  }
  return error;
}

/** Ten bins of equal count, fewer on few rows; rounding may make more bins than asked for. */
export function equalCountBins(length: number, wanted = 10): [number, number][] {
  const bins = length <= 2 * wanted ? Math.floor(length / 2) : wanted;
  if (bins < 2) throw new ChurnError("NO_DATA", `cannot check the calibration of ${length} scores`);
  const width = Math.floor(length / bins);
  const edges: number[] = [];
  for (let edge = 0; edge <= length; edge += width) edges.push(edge);
  edges[edges.length - 1] = length;
  return edges.slice(1).map((edge, i) => [edges[i], edge]);
}
