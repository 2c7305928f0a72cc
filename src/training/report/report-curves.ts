import { type GainsStep, gains } from "../../statistics/lift.js";
import { type PrecisionRecallCurve, precisionRecallCurve } from "../../statistics/precision-recall-curve.js";
import { rankScores } from "../../statistics/rank-scores.js";
import { type ReliabilityBin, reliabilityByRank } from "../../statistics/reliability.js";
import { type RocCurve, rocCurve } from "../../statistics/roc-curve.js";
import { type Campaign, campaignProfit } from "../choose-threshold.js";

/** One point of the expected-profit curve. */
export interface ProfitStep {
  /** Share of subscribers contacted, the highest scores first, 0 … 1. */
  share: number;
  /** Profit per subscriber of the table, contacted or not. */
  profit: number;
  /** Probability of the last one contacted. */
  threshold: number;
}

/** The curves of a report; null where one class is missing. */
export interface ReportCurves {
  roc: RocCurve | null;
  precisionRecall: PrecisionRecallCurve | null;
  /** By hundredths of the rows. */
  gains: GainsStep[] | null;
  /** Of the calibrated probabilities, in ten groups of equally many rows. */
  reliability: ReliabilityBin[];
  /** Of the scores before calibration. */
  reliabilityBefore: ReliabilityBin[];
  profit: ProfitStep[];
}

/** Draws up the curves of the test rows. */
export function reportCurves(
  label: Uint8Array,
  probability: Float64Array,
  score: Float64Array,
  campaign: Campaign,
): ReportCurves {
  return {
    roc: rocCurve(label, probability),
    precisionRecall: precisionRecallCurve(label, probability),
    gains: gains(label, probability, 100),
    reliability: reliabilityByRank(label, probability),
    reliabilityBefore: reliabilityByRank(label, score),
    profit: profitCurve(label, probability, campaign),
  };
}

/** Profit of contacting the rows of highest probability, by share of rows: at every cut between distinct scores. */
function profitCurve(label: ArrayLike<number>, probability: ArrayLike<number>, campaign: Campaign): ProfitStep[] {
  const ranked = rankScores(label, probability);
  const rows = ranked.score.length;
  const steps: ProfitStep[] = [{ share: 0, profit: 0, threshold: 1 }];
  let found = 0;
  for (let i = 0; i < rows; i++) {
    found += ranked.label[i];
    if (ranked.score[i + 1] === ranked.score[i]) continue;
    steps.push({
      share: (i + 1) / rows,
      profit: campaignProfit(found, i + 1, campaign) / rows,
      threshold: ranked.score[i],
    });
  }
  return steps;
}
