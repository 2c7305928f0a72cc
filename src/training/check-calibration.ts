import { argsort } from "../statistics/argsort.js";
import { logit } from "../statistics/logit.js";
import { rankGroups } from "../statistics/reliability.js";
import { fitLogistic, rowMatrix } from "./engines/logistic-regression.js";
import { groupedMean } from "./loss-difference.js";

/** A tenth of the rows by probability. */
export interface CalibratedTenth {
  rows: number;
  /** Mean probability, and share that churned. */
  predicted: number;
  observed: number;
  /** Predicted less observed in standard errors, by subscriber; beyond 2 chance alone is a poor explanation. */
  errors: number;
}

/** Whether probabilities come true. */
export interface CalibrationCheck {
  /** Of a logistic regression of the label on the log-odds (Cox 1958): 1 and 0 are right, a slope below 1 is too sure; null with one class. */
  slope: number | null;
  intercept: number | null;
  /** The lowest probabilities first; fewer than ten where probabilities are equal. */
  tenths: CalibratedTenth[];
}

/** Compares probabilities with what happened, in tenths of equally many rows. */
export async function checkCalibration(
  label: ArrayLike<number>,
  probability: Float64Array,
  subscriber: readonly string[],
): Promise<CalibrationCheck> {
  const order = argsort(probability).reverse();
  const group = rankGroups(
    Float64Array.from(order, (row) => probability[row]),
    10,
  );
  const tenths: number[][] = [];
  for (const [i, row] of order.entries()) {
    tenths[group[i]] ??= [];
    tenths[group[i]].push(row);
  }
  const churned = Array.from(label).reduce((sum, y) => sum + y, 0);
  const fit =
    churned > 0 && churned < label.length
      ? await fitLogistic(rowMatrix([probability.map(logit)], label.length), label, { penalty: 1e-9 })
      : null;
  return {
    slope: fit ? fit.weights[0] : null,
    intercept: fit ? fit.intercept : null,
    tenths: tenths.map((rows) => tenthOf(rows, label, probability, subscriber)),
  };
}

function tenthOf(
  rows: readonly number[],
  label: ArrayLike<number>,
  probability: Float64Array,
  subscriber: readonly string[],
): CalibratedTenth {
  const mean = (of: (row: number) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const [predicted, observed] = [mean((row) => probability[row]), mean((row) => label[row])];
  const { high, value } = groupedMean(
    rows.map((row) => probability[row] - label[row]),
    rows.map((row) => subscriber[row]),
  );
  // where nobody or everybody churned the rows do not vary: then the error is that of a draw by the probability
  const drawn = Math.sqrt((predicted * (1 - predicted)) / rows.length);
  return { rows: rows.length, predicted, observed, errors: value / Math.max((high - value) / 1.96, drawn) };
}

/** The check in one sentence without a full stop. */
export function calibrationWords({ slope, intercept, tenths }: CalibrationCheck): string {
  const off = tenths.filter(({ errors }) => Math.abs(errors) > 2);
  const line =
    slope === null || intercept === null
      ? ""
      : ` (calibration slope ${slope.toFixed(2)}, intercept ${intercept.toFixed(2)})`;
  if (off.length === 0) {
    return `on the test rows the mean probability is within 2 standard errors of what happened in each of ${tenths.length} parts of equally many rows${line}`;
  }
  const worst = off.reduce((a, b) => (Math.abs(b.errors) > Math.abs(a.errors) ? b : a));
  return (
    `on the test rows the mean probability is more than 2 standard errors off what happened in ${off.length} of ${tenths.length} parts of equally many rows, ` +
    `most where ${percent(worst.predicted)} was predicted and ${percent(worst.observed)} churned${line}`
  );
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
