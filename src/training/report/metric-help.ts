import type { MetricName } from "../metric-name.js";

/** The metrics in the order in which a report shows them, each in half a line. */
export const metricHelp: readonly { name: MetricName; help: string }[] = [
  { name: "roc_auc", help: "chance that a churner scores above a stayer; 0.5 is guessing" },
  { name: "average_precision", help: "area under precision and recall; the share of churners is guessing" },
  { name: "lift_top_decile", help: "churn rate of the top tenth over that of all" },
  { name: "log_loss", help: "surprise per snapshot in nats; lower is better" },
  { name: "brier", help: "mean squared error of the probability; lower is better" },
  { name: "ece", help: "gap between predicted and observed rate, 10 bins; lower is better" },
  { name: "precision", help: "share of the flagged who churn" },
  { name: "recall", help: "share of the churners who are flagged" },
  { name: "f1", help: "harmonic mean of precision and recall" },
  { name: "accuracy", help: "share predicted right; mind the share of stayers" },
];
