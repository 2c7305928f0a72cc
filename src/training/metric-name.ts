/** The metrics of a report, in its order. */
export const METRIC_NAMES = [
  "roc_auc",
  "average_precision",
  "log_loss",
  "brier",
  "ece",
  "lift_top_decile",
  "precision",
  "recall",
  "f1",
  "accuracy",
] as const;

/** The name of a metric of a report. */
export type MetricName = (typeof METRIC_NAMES)[number];

/** Makes something of each metric. */
export function eachMetric<T>(make: (name: MetricName) => T): Record<MetricName, T> {
  return Object.fromEntries(METRIC_NAMES.map((name) => [name, make(name)])) as Record<MetricName, T>;
}
