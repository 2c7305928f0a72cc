import { type GainsStep, gains } from "../../statistics/lift.js";
import { type PrecisionRecallCurve, precisionRecallCurve } from "../../statistics/precision-recall-curve.js";
import { type ReliabilityBin, reliabilityByRank } from "../../statistics/reliability.js";
import { type RocCurve, rocCurve } from "../../statistics/roc-curve.js";
import { type Campaign, campaignProfit } from "../choose-threshold.js";
import { type PeopleCurve, type PeopleReached, peopleCurve, type ScoredSnapshots } from "../people-curve.js";

/** One point of the profit curve: everybody contacted whose probability is at least the threshold, walked in time. */
export interface ProfitStep extends PeopleReached {
  /** Share of people contacted, 0 … 1. */
  share: number;
  /** Profit per person of the test, contacted or not, over all its days. */
  profit: number;
  /** Lowest probability that is contacted. */
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
  /** Of people, from nobody contacted to everybody. */
  profit: ProfitStep[];
}

/** Draws up the curves of the test rows. */
export function reportCurves(
  snapshots: ScoredSnapshots & { label: Uint8Array; probability: Float64Array },
  score: Float64Array,
  { campaign, coolingOff }: { campaign: Campaign; coolingOff: number },
): ReportCurves {
  const { label, probability } = snapshots;
  return {
    roc: rocCurve(label, probability),
    precisionRecall: precisionRecallCurve(label, probability),
    gains: gains(label, probability, 100),
    reliability: reliabilityByRank(label, probability),
    reliabilityBefore: reliabilityByRank(label, score),
    profit: profitCurve(peopleCurve(snapshots, coolingOff), campaign),
  };
}

/** Profit of contacting the people of highest probability. */
function profitCurve({ people, steps }: PeopleCurve, campaign: Campaign): ProfitStep[] {
  const nobody = { flagged: 0, contacts: 0, found: 0, inTime: 0, falseAlarms: 0, probability: 1 };
  return [nobody, ...steps].map(({ probability, ...reached }) => ({
    ...reached,
    share: reached.flagged / people,
    profit: campaignProfit(reached.inTime, reached.contacts, campaign) / people,
    threshold: probability,
  }));
}
