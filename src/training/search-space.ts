import type { Campaign, ThresholdRule } from "./choose-threshold.js";
import type { EngineName } from "./engines/engine.js";
import type { TrainSettings } from "./options.js";

/** The engines that an option names. */
export function enginesOf({ engine }: TrainSettings): EngineName[] {
  return engine === "both" ? ["forest", "boosting"] : [engine];
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
