import { knownValue } from "../../core/known-value.js";
import { accuracyMetric } from "./accuracy-metric.js";
import { averagePrecisionMetric } from "./average-precision-metric.js";
import { businessValueMetric } from "./business-value-metric.js";
import {
  falseNegativeMetric,
  falsePositiveMetric,
  trueNegativeMetric,
  truePositiveMetric,
} from "./confusion-matrix-metric.js";
import { f1Metric } from "./f1-metric.js";
import type { Metric } from "./performance-metric.js";
import { precisionMetric } from "./precision-metric.js";
import { recallMetric } from "./recall-metric.js";
import { rocAucMetric } from "./roc-auc-metric.js";
import { specificityMetric } from "./specificity-metric.js";

/** Every metric of realized and estimated performance; one more is a file and a line here. */
const METRICS = [
  rocAucMetric,
  f1Metric,
  precisionMetric,
  recallMetric,
  specificityMetric,
  accuracyMetric,
  averagePrecisionMetric,
  truePositiveMetric,
  trueNegativeMetric,
  falsePositiveMetric,
  falseNegativeMetric,
  businessValueMetric,
] as const;

type AnyMetric = (typeof METRICS)[number];

/** A metric that has one value a chunk. */
export type PerformanceKey = AnyMetric["name"];

/** A metric to ask for; `confusion_matrix` gives its four cells. */
export type PerformanceMetric =
  | Exclude<AnyMetric, { group: string }>["name"]
  | Extract<AnyMetric, { group: string }>["group"];

const askedAs = (metric: AnyMetric): PerformanceMetric => ("group" in metric ? metric.group : metric.name);

/** Names of the metrics of realized and estimated performance. */
export const PERFORMANCE_METRICS: readonly PerformanceMetric[] = [...new Set(METRICS.map(askedAs))];

const BY_KEY: ReadonlyMap<string, AnyMetric> = new Map(METRICS.map((each) => [each.name, each]));

export const metricFor = (key: PerformanceKey): Metric => knownValue(BY_KEY, key);

/** The metrics with one value a chunk that a name asks for. */
export const keysOf = (name: PerformanceMetric): PerformanceKey[] =>
  METRICS.flatMap((each) => (askedAs(each) === name ? [each.name] : []));

/** The name that a metric is asked for by. */
export const groupOf = (key: PerformanceKey): PerformanceMetric => askedAs(knownValue(BY_KEY, key));
