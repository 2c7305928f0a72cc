import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { Range, Threshold } from "../calculators/threshold.js";
import { CELLS, type Cell, type NormalizeConfusion, type ValueMatrix } from "./confusion-cells.js";

export type RankingMetric = "roc_auc" | "average_precision";
export type ClassMetric = "f1" | "precision" | "recall" | "specificity" | "accuracy" | "business_value";
/** A metric that has one value a chunk. */
export type PerformanceKey = RankingMetric | ClassMetric | Cell;
/** A metric to ask for; `confusion_matrix` gives its four cells. */
export type PerformanceMetric = RankingMetric | ClassMetric | "confusion_matrix";

/** Names of the metrics of realized and estimated performance. */
export const PERFORMANCE_METRICS = [
  "roc_auc",
  "f1",
  "precision",
  "recall",
  "specificity",
  "accuracy",
  "average_precision",
  "confusion_matrix",
  "business_value",
] as const satisfies readonly PerformanceMetric[];

/** Thresholds by metric; null keeps the default. */
export type ThresholdsByMetric = Readonly<Partial<Record<PerformanceMetric, Threshold | null>>>;

/** Options of realized and estimated performance. */
export interface PerformanceOptions {
  /** Default `["roc_auc"]`. */
  readonly metrics?: readonly PerformanceMetric[] | PerformanceMetric | undefined;
  /** Per metric; others keep mean ± 3 standard deviations of the reference chunks. */
  readonly thresholds?: ThresholdsByMetric | undefined;
  readonly normalizeConfusionMatrix?: NormalizeConfusion | undefined;
  /** `[[TN, FP], [FN, TP]]`; needed for `business_value`. */
  readonly businessValueMatrix?: ValueMatrix | undefined;
  readonly normalizeBusinessValue?: "per_prediction" | null | undefined;
}

/** Checked options: the metrics that have one value a chunk, in the order asked for. */
export interface PerformancePlan {
  readonly keys: readonly PerformanceKey[];
  readonly thresholds: ThresholdsByMetric;
  readonly normalize: NormalizeConfusion;
  readonly matrix: ValueMatrix | null;
  readonly perPrediction: boolean;
}

/** Checks the options against the columns that are there. */
export function planPerformance(
  options: PerformanceOptions,
  has: { score: boolean; predicted: boolean },
): PerformancePlan {
  const { metrics = ["roc_auc"], thresholds = {} } = options;
  const asked: readonly string[] = typeof metrics === "string" ? [metrics] : metrics;
  if (asked.length === 0) throw new ChurnError("BAD_OPTION", "no metrics were asked for");
  for (const name of [...asked, ...Object.keys(thresholds)]) {
    if (!(PERFORMANCE_METRICS as readonly string[]).includes(name)) {
      const near = closestMatch(name, PERFORMANCE_METRICS);
      throw new ChurnError("BAD_OPTION", `unknown metric ${JSON.stringify(name)}`, {
        hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${PERFORMANCE_METRICS.join(", ")}`,
      });
    }
  }
  for (const name of asked) {
    const ranks = name === "roc_auc" || name === "average_precision";
    if (ranks && !has.score) throw new ChurnError("BAD_INPUT", `metric ${name} needs the column "y_pred_proba"`);
    if (!ranks && !has.predicted) {
      throw new ChurnError("BAD_INPUT", `metric ${name} needs the column "y_pred"`, {
        hint: "without predicted classes only roc_auc and average_precision can be computed",
      });
    }
  }
  const matrix = options.businessValueMatrix ?? null;
  if (asked.includes("business_value") && !matrix) {
    throw new ChurnError("BAD_OPTION", "metric business_value needs businessValueMatrix", {
      hint: "[[value of a true negative, of a false positive], [of a false negative, of a true positive]]",
    });
  }
  if (matrix && (matrix.length !== 2 || matrix.some((row) => row.length !== 2 || !row.every(Number.isFinite)))) {
    throw new ChurnError("BAD_OPTION", `businessValueMatrix is not 2 x 2 numbers: ${JSON.stringify(matrix)}`);
  }
  const normalize = options.normalizeConfusionMatrix ?? null;
  if (![null, "all", "true", "pred"].includes(normalize)) {
    throw new ChurnError("BAD_OPTION", `cannot normalize a confusion matrix by ${JSON.stringify(normalize)}`, {
      hint: "it takes all, true, pred or null",
    });
  }
  const keys = [...new Set(asked)].flatMap((name) =>
    name === "confusion_matrix" ? (Object.keys(CELLS) as Cell[]) : [name as PerformanceKey],
  );
  const perPrediction = options.normalizeBusinessValue === "per_prediction";
  return { keys, thresholds, normalize, matrix, perPrediction };
}

export const isCell = (key: PerformanceKey): key is Cell => Object.hasOwn(CELLS, key);

export const isRanking = (key: PerformanceKey): key is RankingMetric =>
  key === "roc_auc" || key === "average_precision";

/** What a metric can be at all. */
export function metricRange(key: PerformanceKey, normalize: NormalizeConfusion): Range {
  if (key === "business_value") return {};
  return isCell(key) && normalize === null ? { lower: 0 } : { lower: 0, upper: 1 };
}

const NAMES: Record<PerformanceKey, string> = {
  roc_auc: "ROC AUC",
  average_precision: "Average Precision",
  f1: "F1",
  precision: "Precision",
  recall: "Recall",
  specificity: "Specificity",
  accuracy: "Accuracy",
  business_value: "Business Value",
  true_positive: "True Positive",
  true_negative: "True Negative",
  false_positive: "False Positive",
  false_negative: "False Negative",
};

export const metricName = (key: PerformanceKey): string => NAMES[key];
