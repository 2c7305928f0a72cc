/** The metrics of a report. */
export type MetricName =
  | "roc_auc"
  | "average_precision"
  | "log_loss"
  | "brier"
  | "ece"
  | "lift_top_decile"
  | "precision"
  | "recall"
  | "f1"
  | "accuracy";
