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

/** What each metric means, in half a line, in the order of the model card. */
export const METRIC_HELP: Readonly<Record<MetricName, string>> = {
  roc_auc: "chance that a churner scores above a stayer; 0.5 is guessing",
  average_precision: "area under precision and recall; the share of churners is guessing",
  lift_top_decile: "churn rate of the top tenth over that of all",
  log_loss: "surprise per snapshot in nats; lower is better",
  brier: "mean squared error of the probability; lower is better",
  ece: "gap between predicted and observed rate, 10 bins; lower is better",
  precision: "share of the flagged who churn",
  recall: "share of the churners who are flagged",
  f1: "harmonic mean of precision and recall",
  accuracy: "share predicted right; mind the share of stayers",
};
