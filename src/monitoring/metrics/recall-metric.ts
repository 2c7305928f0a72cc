import { confusionSize, recall } from "../../statistics/confusion.js";
import { METRIC_FACTS } from "../../statistics/metric-facts.js";
import { nanIfOneClass, orZero } from "./one-class.js";
import { type CountMetric, isShare } from "./performance-metric.js";
import { partialSpread } from "./sampling-error.js";

export const recallMetric = {
  name: "recall",
  ...METRIC_FACTS.recall,
  needs: "classes",
  range: isShare,
  value: (counts) => recall(counts) ?? Number.NaN,
  samplingError: (counts) => ({
    scale: partialSpread(counts.truePositives, counts.falseNegatives, confusionSize(counts)),
    grows: false,
  }),
  nannyml: {
    realized: nanIfOneClass,
    estimated: ({ truePositives: tp, falseNegatives: fn }) => orZero(tp / (tp + fn)),
    besideEstimate: "realized",
  },
} as const satisfies CountMetric;
