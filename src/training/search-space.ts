import type { Campaign, ThresholdRule } from "./choose-threshold.js";
import type { EngineName } from "./engines/engine.js";
import type { TrainSettings } from "./options.js";

/** Simple rules: they are compared with whatever is trained. */
const RULES: readonly EngineName[] = ["base-rate", "recency", "bg-nbd", "logistic"];

/** The engines that are fitted, those of them that may be chosen, and whether a mean of two may be. */
export interface SearchedEngines {
  engines: EngineName[];
  eligible: readonly EngineName[];
  blends: boolean;
}

/** The engines that an option names, and the rules beside them. */
export function enginesOf({ engine }: TrainSettings): SearchedEngines {
  const trees: EngineName[] = ["boosting", "forest"];
  if (engine === "auto") return { engines: [...RULES, ...trees], eligible: [...RULES, ...trees], blends: true };
  const eligible = engine === "both" ? trees : [engine];
  return { engines: [...new Set([...RULES, ...eligible])], eligible, blends: false };
}

/** How the options choose the threshold: by a rule, or the number itself. */
export function thresholdRule(settings: TrainSettings): ThresholdRule | number {
  if (settings.threshold === "f1") return { rule: "f1" };
  if (settings.threshold === "cost") {
    return { rule: "cost", falseAlarm: settings.cost_false_alarm, missed: settings.cost_missed };
  }
  if (settings.threshold === "profit") return { rule: "profit", ...campaignOf(settings) };
  return settings.threshold;
}

/** What a campaign costs and brings by the options. */
export function campaignOf({ customer_value, contact_cost, success_rate }: TrainSettings): Campaign {
  return { customerValue: customer_value, contactCost: contact_cost, successRate: success_rate };
}
