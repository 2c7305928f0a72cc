/** What a metric of a binary classifier is called, and what it says, in half a line. */
export interface MetricFacts {
  readonly title: string;
  readonly help: string;
}

/** The metrics that reports of training and monitoring both show; "churner" is a row of class 1. */
export const METRIC_FACTS = {
  roc_auc: { title: "ROC AUC", help: "chance that a churner scores above a stayer; 0.5 is guessing" },
  average_precision: {
    title: "Average Precision",
    help: "area under precision and recall; the share of churners is guessing",
  },
  precision: { title: "Precision", help: "share of the flagged who churn" },
  recall: { title: "Recall", help: "share of the churners who are flagged" },
  f1: { title: "F1", help: "harmonic mean of precision and recall" },
  accuracy: { title: "Accuracy", help: "share predicted right; mind the share of stayers" },
} as const satisfies Readonly<Record<string, MetricFacts>>;
