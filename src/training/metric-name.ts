import { METRIC_FACTS } from "../statistics/metric-facts.js";

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
  roc_auc: METRIC_FACTS.roc_auc.help,
  average_precision: METRIC_FACTS.average_precision.help,
  lift_top_decile: "churn rate of the top tenth over that of all",
  log_loss: "surprise per snapshot in nats; lower is better",
  brier: "mean squared error of the probability; lower is better",
  ece: "gap between predicted and observed rate, in ten groups of equally many rows; lower is better",
  precision: METRIC_FACTS.precision.help,
  recall: METRIC_FACTS.recall.help,
  f1: METRIC_FACTS.f1.help,
  accuracy: METRIC_FACTS.accuracy.help,
};
