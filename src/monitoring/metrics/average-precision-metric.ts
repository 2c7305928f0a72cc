import { rankedAveragePrecision } from "../../statistics/average-precision.js";
import { METRIC_FACTS } from "../../statistics/metric-facts.js";
import { averagePrecisionError } from "./average-precision-error.js";
import { isShare, type RankingMetric } from "./performance-metric.js";
import { type RankedProbabilities, round5 } from "./ranked-probabilities.js";

export const averagePrecisionMetric = {
  name: "average_precision",
  ...METRIC_FACTS.average_precision,
  needs: "score",
  range: isShare,
  realized: rankedAveragePrecision,
  estimated: expectedAveragePrecision,
  influences({ p }, value, take) {
    const n = p.length;
    const positives = p.reduce((sum, each) => sum + each, 0);
    let later = 0;
    let through = positives;
    for (let i = n - 1; i >= 0; i--) {
      later += p[i] / (i + 1);
      take(i, (through / (i + 1) + later - value) / positives);
      through -= p[i];
    }
  },
  samplingScale: averagePrecisionError,
} as const satisfies RankingMetric;

/** Expected average precision; NaN without an expected positive. */
export function expectedAveragePrecision({ p }: RankedProbabilities): number {
  let positives = 0;
  let last = 0;
  let area = 0;
  for (let i = 0; i < p.length; i++) {
    positives += p[i];
    const t = round5(positives);
    area += ((t - last) * t) / (i + 1);
    last = t;
  }
  return area / last;
}
