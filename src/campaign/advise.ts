import { percent, shortNumber } from "../charts/chart-text.js";
import type { CampaignEffect, CampaignPeople, Limits } from "./measure-campaign.js";

/** What the next list should be, and why. */
export interface Advice {
  next: "longer" | "shorter" | "as it is" | "not told";
  /** In sentences. */
  words: string[];
}

/**
 * Says what results mean for the next list: with the success rate that was measured, from which probability on does a contact
 * bring more than it costs, and where did the list end?
 */
export function advise(
  effect: CampaignEffect,
  people: Pick<CampaignPeople, "assigned" | "probability" | "value">,
  { contactCost }: { contactCost: number },
): Advice {
  const { difference, saved, successRate, toCall, control, profit } = effect;
  if (!difference || !saved) {
    return {
      next: "not told",
      words: ["without people of the control group whose end is known nobody can say what the calls did"],
    };
  }
  const words = [effectWords(effect), ...(profit ? [profitWords(profit)] : []), ...calibrationWords(effect)];
  if (holdsZero(difference)) {
    const least = 2.8 * Math.sqrt(spread(control) + spread(toCall));
    words.push(
      `so it cannot be told whether the calls save anybody; groups of this size show ${percent(least)} and more: keep the list as it is with a larger control group, or add up several campaigns`,
    );
    return { next: "not told", words };
  }
  if (difference.value < 0) {
    words.push(
      "those who were to be called left more often than those who were not: stop calling until it is known why",
    );
    return { next: "shorter", words };
  }
  if (!successRate) return { next: "not told", words };
  const { lowest, even, paying, listed } = margin(people, successRate.value, contactCost);
  const from = `with the success rate of ${percent(successRate.value)} that was measured a contact pays from a probability of ${percent(even)} on, the list ended at ${percent(lowest)}`;
  const surely = margin(people, successRate.low, contactCost).even > lowest;
  if (paying < 0.95 * listed) {
    words.push(
      `${from}: the next list should be shorter, without the ${percent(1 - paying / listed)} of the list below`,
    );
    return { next: "shorter", words };
  }
  if (even < 0.9 * lowest) {
    const doubt = surely ? "; at the lower end of the interval it would not pay, so go in steps" : "";
    words.push(`${from}: the next list should be longer${doubt}`);
    return { next: "longer", words };
  }
  words.push(`${from}: the next list is right as long as this one`);
  return { next: "as it is", words };
}

const holdsZero = ({ low, high }: Limits) => low <= 0 && high >= 0;

const spread = ({ left, people }: { left: number; people: number }) => {
  // no variance is 0 for certain: half a person in each cell
  const rate = (left + 0.5) / (people + 1);
  return (rate * (1 - rate)) / people;
};

/** Where a contact pays with a success rate, on the scale of probabilities, and how much of the list is there. */
function margin(
  { assigned, probability, value }: Pick<CampaignPeople, "assigned" | "probability" | "value">,
  successRate: number,
  contactCost: number,
) {
  let [lowest, listed, paying, worth] = [1, 0, 0, 0];
  for (let i = 0; i < assigned.length; i++) {
    if (assigned[i] !== 1) continue;
    lowest = Math.min(lowest, probability[i]);
    listed++;
    worth += value[i];
    if (probability[i] * successRate * value[i] > contactCost) paying++;
  }
  const even = successRate > 0 ? contactCost / (successRate * (worth / listed)) : Number.POSITIVE_INFINITY;
  return { lowest, listed, paying, even };
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");

function effectWords({ toCall, control, difference, saved }: CampaignEffect): string {
  if (!difference || !saved) return "";
  const rates = `of those to call ${percent(toCall.left / toCall.people)} left, of the control group ${percent(control.left / control.people)}`;
  const limits = `(95 % interval of those saved ${whole(saved.low)} to ${whole(saved.high)}${holdsZero(difference) ? ", which holds 0" : ""})`;
  return saved.value < 0
    ? `${rates}: ${whole(-saved.value)} more left than without the calls, nobody was saved ${limits}`
    : `${rates}: ${whole(saved.value)} people saved ${limits}`;
}

const profitWords = ({ value, low, high }: Limits) =>
  `profit ${whole(value)} (${whole(low)} to ${whole(high)})${low <= 0 && high >= 0 ? ": it may as well have cost more than it brought" : ""}`;

/** Of the control group only: a call changes what it predicts. */
function calibrationWords({ control, calibration }: CampaignEffect): string[] {
  if (!calibration || !control.rate || control.expected === null) return [];
  const seen = `in the control group the list expected ${percent(control.expected)} to leave and ${percent(control.rate.value)} did (${percent(control.rate.low)} to ${percent(control.rate.high)})`;
  if (calibration.low > 1) return [`${seen}: the probabilities are too low`];
  if (calibration.high < 1)
    return [`${seen}: the probabilities are too high, ${shortNumber(1 / calibration.value)} times`];
  return [`${seen}: the probabilities hold as far as this can tell`];
}
