import { accuracy } from "../../statistics/confusion.js";
import { METRIC_FACTS } from "../../statistics/metric-facts.js";
import { type CountMetric, isShare } from "./performance-metric.js";
import { spread } from "./sampling-error.js";

export const accuracyMetric = {
  name: "accuracy",
  ...METRIC_FACTS.accuracy,
  needs: "classes",
  range: isShare,
  value: (counts) => accuracy(counts) ?? Number.NaN,
  samplingError: ({ truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn }) => ({
    scale: spread(tp + tn, fp + fn),
    grows: false,
  }),
} as const satisfies CountMetric;
