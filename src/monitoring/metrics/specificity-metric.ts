import { confusionSize, specificity } from "../../statistics/confusion.js";
import { isOneCell, orZero } from "./one-class.js";
import { type CountMetric, isShare } from "./performance-metric.js";
import { partialSpread } from "./sampling-error.js";

export const specificityMetric = {
  name: "specificity",
  title: "Specificity",
  help: "share of the stayers who are not flagged",
  needs: "classes",
  range: isShare,
  value: (counts) => specificity(counts) ?? Number.NaN,
  samplingError: (counts) => ({
    scale: partialSpread(counts.trueNegatives, counts.falsePositives, confusionSize(counts)),
    grows: false,
  }),
  nannyml: {
    realized: (counts) => (isOneCell(counts) ? Number.NaN : undefined),
    losesRecord: true,
    estimated: ({ trueNegatives: tn, falsePositives: fp }) => orZero(tn / (tn + fp)),
  },
} as const satisfies CountMetric;
