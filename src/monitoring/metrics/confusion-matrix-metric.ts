import { type Confusion, confusionSize } from "../../statistics/confusion.js";
import type { CountMetric, MetricSettings } from "./performance-metric.js";
import { spread } from "./sampling-error.js";

/** The four cells of the confusion matrix: they are asked for together, as `confusion_matrix`. */
export const truePositiveMetric = cell("true_positive", "True Positive", "truePositives", "neither");
export const trueNegativeMetric = cell("true_negative", "True Negative", "trueNegatives", "neither");
export const falsePositiveMetric = cell("false_positive", "False Positive", "falsePositives", "less");
export const falseNegativeMetric = cell("false_negative", "False Negative", "falseNegatives", "less");

function cell<const Name extends string>(name: Name, title: string, key: keyof Confusion, better: "less" | "neither") {
  return {
    name,
    group: "confusion_matrix",
    title,
    help: "cell of the confusion matrix: a count, or a share where it is normalized",
    needs: "classes",
    better,
    grows: ({ normalize }) => normalize === null,
    range: ({ normalize }) => (normalize === null ? { lower: 0 } : { lower: 0, upper: 1 }),
    value: (counts, settings) => counts[key] / (settings.normalize === null ? 1 : totalOf(counts, key, settings)),
    samplingError(counts, settings) {
      const total = confusionSize(counts);
      const of = settings.normalize === null ? total : totalOf(counts, key, settings);
      return {
        scale: spread(counts[key], of - counts[key]) / Math.sqrt(of / total),
        grows: settings.normalize === null,
      };
    },
    // scikit-learn's own normalization turns an empty row or column into 0
    nannyml: { besideEstimate: "zero" },
  } as const satisfies CountMetric;
}

/** The number of rows that a cell is a share of. */
function totalOf(counts: Confusion, key: keyof Confusion, { normalize }: MetricSettings): number {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = counts;
  if (normalize === "true") return key === "truePositives" || key === "falseNegatives" ? tp + fn : tn + fp;
  if (normalize === "pred") return key === "truePositives" || key === "falsePositives" ? tp + fp : tn + fn;
  return tp + tn + fp + fn;
}
