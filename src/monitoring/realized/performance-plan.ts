import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { Threshold } from "../calculators/threshold.js";
import {
  keysOf,
  metricFor,
  PERFORMANCE_METRICS,
  type PerformanceKey,
  type PerformanceMetric,
} from "../metrics/metrics.js";
import type { MetricSettings, NormalizeConfusion, ValueMatrix } from "../metrics/performance-metric.js";

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
export interface PerformancePlan extends MetricSettings {
  readonly keys: readonly PerformanceKey[];
  readonly thresholds: ThresholdsByMetric;
}

/** Checks the options against the columns that are there. */
export function planPerformance(
  options: PerformanceOptions,
  has: { score: boolean; predicted: boolean },
): PerformancePlan {
  const { metrics = ["roc_auc"], thresholds = {} } = options;
  const asked: readonly PerformanceMetric[] = typeof metrics === "string" ? [metrics] : metrics;
  if (asked.length === 0) throw new ChurnError("BAD_OPTION", "no metrics were asked for");
  for (const name of [...asked, ...Object.keys(thresholds)]) checkName(name);
  for (const name of asked) {
    for (const key of keysOf(name)) checkColumns(name, key, has);
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
  const keys = [...new Set(asked)].flatMap(keysOf);
  const perPrediction = options.normalizeBusinessValue === "per_prediction";
  return { keys, thresholds, normalize, matrix, perPrediction };
}

function checkName(name: string): void {
  const names: readonly string[] = PERFORMANCE_METRICS;
  if (names.includes(name)) return;
  const near = closestMatch(name, names);
  throw new ChurnError("BAD_OPTION", `unknown metric ${JSON.stringify(name)}`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${names.join(", ")}`,
  });
}

function checkColumns(name: PerformanceMetric, key: PerformanceKey, has: { score: boolean; predicted: boolean }): void {
  const { needs } = metricFor(key);
  if (needs === "score" && !has.score) {
    throw new ChurnError("BAD_INPUT", `metric ${name} needs the column "y_pred_proba"`);
  }
  if (needs === "classes" && !has.predicted) {
    throw new ChurnError("BAD_INPUT", `metric ${name} needs the column "y_pred"`, {
      hint: "without predicted classes only roc_auc and average_precision can be computed",
    });
  }
}
