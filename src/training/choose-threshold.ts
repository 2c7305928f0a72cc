import { rankScores } from "../statistics/rank-scores.js";
import type { PeopleCurve, PeopleReached } from "./people-curve.js";

/** By what a threshold is chosen. */
export type ThresholdRule =
  | { rule: "f1" }
  /** Least cost: of a false alarm, and of a churner that is missed. */
  | { rule: "cost"; falseAlarm: number; missed: number }
  /** Most profit of a campaign that contacts all who are flagged. */
  | ({ rule: "profit" } & Campaign);

/** What a campaign costs and brings, in one currency. */
export interface Campaign {
  /** Value of a churner who is kept. */
  customerValue: number;
  /** Cost of contacting one subscriber. */
  contactCost: number;
  /** Share of contacted churners who are kept, 0 … 1. */
  successRate: number;
}

/** A chosen threshold, and what the rule gives there on the rows it was chosen on. */
export interface ThresholdChoice {
  /** Probability from which on a row is predicted 1; above every score when flagging nobody is best. */
  threshold: number;
  /** F1, cost, or profit at the threshold, by the rule. */
  value: number;
}

/**
 * Chooses the threshold of best F1 over snapshots, of all cuts between distinct scores and the cut above all.
 *
 * The threshold lies midway between the scores on both sides; of equally good cuts the one that flags fewest is taken.
 *
 * @param label 0 or 1 a row
 * @param probability in [0, 1] a row, from models that did not train on the row
 */
export function chooseF1Threshold(label: ArrayLike<number>, probability: ArrayLike<number>): ThresholdChoice {
  const ranked = rankScores(label, probability);
  const rows = ranked.score.length;
  let positives = 0;
  for (let i = 0; i < rows; i++) positives += ranked.label[i];
  let best = { threshold: above(ranked.score[0] ?? 0), value: 0 };
  let found = 0;
  for (let i = 0; i < rows; i++) {
    found += ranked.label[i];
    const here = ranked.score[i];
    const below = ranked.score[i + 1] ?? 0;
    if (i + 1 < rows && below === here) continue;
    const value = (2 * found) / (i + 1 + positives);
    if (value > best.value) best = { threshold: i + 1 === rows ? 0 : middle(below, here), value };
  }
  return best;
}

/**
 * Chooses the threshold of a campaign on people: each is walked through the snapshots in time, a churner is saved once, and
 * every contact costs. Cut and ties as in `chooseF1Threshold`.
 *
 * @param curve of probabilities from models that did not train on the rows
 */
export function choosePeopleThreshold(
  { steps, churners }: PeopleCurve,
  rule: Exclude<ThresholdRule, { rule: "f1" }>,
): ThresholdChoice {
  const gain = ({ found, inTime, contacts, falseAlarms }: Omit<PeopleReached, "flagged">) =>
    rule.rule === "cost"
      ? -(rule.falseAlarm * falseAlarms + rule.missed * (churners - found))
      : campaignProfit(inTime, contacts, rule);
  let best = {
    threshold: above(steps[0]?.probability ?? 0),
    gain: gain({ found: 0, inTime: 0, contacts: 0, falseAlarms: 0 }),
  };
  for (const [i, step] of steps.entries()) {
    const value = gain(step);
    const next = steps[i + 1];
    if (value > best.gain) best = { threshold: next ? middle(next.probability, step.probability) : 0, gain: value };
  }
  return { threshold: best.threshold, value: rule.rule === "cost" ? -best.gain : best.gain };
}

/** Profit of contacting `flagged` subscribers of whom `found` would churn. */
export function campaignProfit(found: number, flagged: number, campaign: Campaign): number {
  return found * campaign.successRate * campaign.customerValue - flagged * campaign.contactCost;
}

/** Above every score: nobody is flagged. */
const above = (highest: number) => (highest < 1 ? (highest + 1) / 2 : 1 + Number.EPSILON);

const middle = (low: number, high: number) => {
  const m = (low + high) / 2;
  return m > low ? m : high;
};
