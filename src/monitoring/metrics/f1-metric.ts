import { confusionSize, f1, precision, recall } from "../../statistics/confusion.js";
import { METRIC_FACTS } from "../../statistics/metric-facts.js";
import { nanIfOneClass, orZero } from "./one-class.js";
import { type CountMetric, isShare } from "./performance-metric.js";
import { partialSpread } from "./sampling-error.js";

export const f1Metric = {
  name: "f1",
  ...METRIC_FACTS.f1,
  needs: "classes",
  range: isShare,
  // where no row is 1, or none is predicted 1, NannyML has no F1
  value: (counts) => (precision(counts) === null || recall(counts) === null ? Number.NaN : (f1(counts) ?? Number.NaN)),
  samplingError(counts) {
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = counts;
    const factor = (tp + fp + fn) / (tp + (fp + fn) / 2);
    return { scale: factor * partialSpread(tp, fp + fn, confusionSize(counts)), grows: false };
  },
  undefinedEstimate: "no row predicted positive",
  nannyml: {
    realized: nanIfOneClass,
    // its estimator needs no positive prediction to be defined
    estimated: ({ truePositives: tp, falsePositives: fp, falseNegatives: fn }) => orZero(tp / (tp + (fp + fn) / 2)),
    besideEstimate: "realized",
  },
} as const satisfies CountMetric;
