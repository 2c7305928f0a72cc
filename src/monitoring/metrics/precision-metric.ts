import { confusionSize, precision } from "../../statistics/confusion.js";
import { METRIC_FACTS } from "../../statistics/metric-facts.js";
import { nanIfOneClass, orZero } from "./one-class.js";
import { type CountMetric, isShare } from "./performance-metric.js";
import { partialSpread } from "./sampling-error.js";

export const precisionMetric = {
  name: "precision",
  ...METRIC_FACTS.precision,
  needs: "classes",
  range: isShare,
  value: (counts) => precision(counts) ?? Number.NaN,
  samplingError: (counts) => ({
    scale: partialSpread(counts.truePositives, counts.falsePositives, confusionSize(counts)),
    grows: false,
  }),
  undefinedEstimate: "no row predicted positive",
  nannyml: {
    realized: nanIfOneClass,
    estimated: ({ truePositives: tp, falsePositives: fp }) => orZero(tp / (tp + fp)),
    besideEstimate: "realized",
  },
} as const satisfies CountMetric;
