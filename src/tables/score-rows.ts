import { averagePrecision } from "../statistics/average-precision.js";
import { brierScore } from "../statistics/brier-score.js";
import { logLoss } from "../statistics/log-loss.js";
import { mean } from "../statistics/mean.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { standardDeviation } from "../statistics/standard-deviation.js";

/** How good scores of rows are; null where a figure is not defined, as with one class only. */
export type RowMetrics = Record<string, number | null>;

/**
 * Metrics of probabilities of classes.
 *
 * Two classes: those of the second one. More: ROC AUC and average precision are means over the classes, each against the
 * rest, log loss is −ln of the true class's probability, and the Brier score sums the squared errors of all classes.
 *
 * @param y class of each row
 * @param p probabilities, row after row
 */
export function classMetrics(y: Int32Array, p: Float64Array, classes: number): RowMetrics {
  const of = (k: number) => Float64Array.from(y, (_, i) => p[i * classes + k]);
  const is = (k: number) => Uint8Array.from(y, (label) => (label === k ? 1 : 0));
  let right = 0;
  for (let i = 0; i < y.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (p[i * classes + k] > p[i * classes + best]) best = k;
    if (best === y[i]) right++;
  }
  const accuracy = y.length > 0 ? right / y.length : null;
  if (classes === 2) {
    const [label, score] = [is(1), of(1)];
    return {
      roc_auc: rocAuc(label, score),
      average_precision: averagePrecision(label, score),
      log_loss: logLoss(label, score),
      brier: brierScore(label, score),
      accuracy,
    };
  }
  const each = (metric: (label: Uint8Array, score: Float64Array) => number | null) =>
    meanOf(Array.from({ length: classes }, (_, k) => metric(is(k), of(k))));
  const own = Float64Array.from(y, (k, i) => p[i * classes + k]);
  let squares = 0;
  for (let i = 0; i < p.length; i++) squares += (p[i] - (i % classes === y[(i / classes) | 0] ? 1 : 0)) ** 2;
  return {
    roc_auc: each(rocAuc),
    average_precision: each(averagePrecision),
    log_loss: logLoss(new Uint8Array(y.length).fill(1), own),
    brier: y.length > 0 ? squares / y.length : null,
    accuracy,
  };
}

/** Root mean squared error, mean absolute error and R² of predicted quantities. */
export function quantityMetrics(y: Float64Array, predicted: Float64Array): RowMetrics {
  const n = y.length;
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  let squares = 0;
  let absolute = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    squares += (y[i] - predicted[i]) ** 2;
    absolute += Math.abs(y[i] - predicted[i]);
    spread += (y[i] - mean) ** 2;
  }
  if (n === 0) return { rmse: null, mae: null, r2: null };
  return { rmse: Math.sqrt(squares / n), mae: absolute / n, r2: spread > 0 ? 1 - squares / spread : null };
}

/** Mean of what is defined, or null. */
export function meanOf(values: readonly (number | null)[]): number | null {
  return mean(values.filter((value) => value !== null));
}

/** Standard deviation (n − 1) of what is defined; null for fewer than two. */
export function deviationOf(values: readonly (number | null)[]): number | null {
  return standardDeviation(values.filter((value) => value !== null));
}
