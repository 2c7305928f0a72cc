import { METRIC_FACTS } from "../../statistics/metric-facts.js";
import { rankedRocAuc } from "../../statistics/roc-auc.js";
import { isShare, type RankingMetric } from "./performance-metric.js";
import type { RankedLabels } from "./ranked-labels.js";
import { type RankedProbabilities, round5 } from "./ranked-probabilities.js";

export const rocAucMetric = {
  name: "roc_auc",
  ...METRIC_FACTS.roc_auc,
  needs: "score",
  range: isShare,
  realized: rankedRocAuc,
  estimated: expectedRocAuc,
  influences({ score, p }, value, take) {
    const n = p.length;
    const positives = p.reduce((sum, each) => sum + each, 0);
    const negatives = n - positives;
    let above = 0;
    for (let i = 0; i < n; ) {
      // rows of one score share their place
      let end = i;
      let tied = 0;
      while (end < n && score[end] === score[i]) tied += p[end++];
      const positivesAbove = above + tied / 2;
      const negativesBelow = negatives - (i - above) - (end - i - tied) / 2;
      const influence =
        (negativesBelow / negatives - value) / positives - (positivesAbove / positives - value) / negatives;
      for (let j = i; j < end; j++) take(j, influence);
      above += tied;
      i = end;
    }
  },
  samplingScale: placesSpread,
} as const satisfies RankingMetric;

/** Expected area under the ROC curve of rows that are positive with probability p; NaN without an expected negative. */
export function expectedRocAuc({ p }: RankedProbabilities): number {
  let positives = 0;
  let lastT = 0;
  let lastF = 0;
  let area = 0;
  for (let i = 0; i < p.length; i++) {
    positives += p[i];
    const t = round5(positives);
    const f = round5(i + 1 - positives);
    area += (f - lastF) * (t + lastT);
    lastT = t;
    lastF = f;
  }
  return area / 2 / (lastT * lastF);
}

/** Spread of the positives' places among the negatives, as NannyML computes it (a positive at the first place is lost). */
function placesSpread({ labels }: RankedLabels): number {
  const rows = labels.length;
  let positives = 0;
  for (let i = 0; i < rows; i++) positives += labels[i];
  const negatives = rows - positives;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let rank = 1; rank < rows; rank++) {
    if (labels[rank] === 0) continue;
    const place = (rank - count) / negatives;
    count++;
    sum += place;
    squares += place * place;
  }
  const mean = sum / count;
  return Math.sqrt(Math.max(0, squares / count - mean * mean)) / Math.sqrt(positives / rows);
}
