import { type Confusion, confusionSize } from "../../statistics/confusion.js";
import { isOneCell } from "./one-class.js";
import type { CountMetric, MetricSettings, ValueMatrix } from "./performance-metric.js";

/** The worth of the predictions, in the units of a matrix of values. */
export const businessValueMetric = {
  name: "business_value",
  title: "Business Value",
  help: "worth of the predictions by a matrix of values",
  needs: "classes",
  grows: ({ perPrediction }) => !perPrediction,
  range: () => ({}),
  value: businessValue,
  samplingError(counts, settings) {
    const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = counts;
    const [[vTn, vFp], [vFn, vTp]] = matrixOf(settings);
    const total = confusionSize(counts);
    const mean = (tn * vTn + fp * vFp + fn * vFn + tp * vTp) / total;
    const square = (count: number, worth: number) => count * (worth - mean) ** 2;
    const squares = square(tn, vTn) + square(fp, vFp) + square(fn, vFn) + square(tp, vTp);
    return { scale: Math.sqrt(squares / total), grows: !settings.perPrediction };
  },
  nannyml: {
    // it multiplies a matrix of one cell by one of four
    realized(counts, settings) {
      if (!isOneCell(counts)) return undefined;
      const sum = matrixOf(settings)
        .flat()
        .reduce((total, worth) => total + worth, 0);
      return sum * (settings.perPrediction ? 1 : confusionSize(counts));
    },
  },
} as const satisfies CountMetric;

/**
 * Per prediction it is the average worth of a positive prediction plus that of a negative one (so NannyML; it is not the
 * worth divided by the number of predictions).
 */
function businessValue(counts: Confusion, settings: MetricSettings): number {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = counts;
  const [[vTn, vFp], [vFn, vTp]] = matrixOf(settings);
  const positive = tp * vTp + fp * vFp;
  const negative = tn * vTn + fn * vFn;
  if (!settings.perPrediction) return positive + negative;
  const share = (worth: number, count: number) => (count === 0 ? 0 : worth / count);
  return share(positive, tp + fp) + share(negative, tn + fn);
}

const NOTHING: ValueMatrix = [
  [0, 0],
  [0, 0],
];

// a plan with this metric has a matrix
const matrixOf = ({ matrix }: MetricSettings): ValueMatrix => matrix ?? NOTHING;
