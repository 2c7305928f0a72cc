import type { FeaturePlan } from "./feature-plan.js";

/** A length of time in words: "14 days". */
export const daysText = (days: number): string => `${days.toLocaleString("en-US")} ${days === 1 ? "day" : "days"}`;

/** The rule of a plan for its label, in one sentence: "1 when PSEUDO_CHURNED is 1 within 14 days from the snapshot day on, …". */
export function labelRule(plan: Pick<FeaturePlan, "label" | "horizon" | "silent" | "leavers_until">): string {
  const within = `within ${daysText(plan.horizon)} from the snapshot day on`;
  const end = "unknown where the log ends before";
  if (plan.label === "derived") return `1 when the subscriber does nothing ${within}, ${end}`;
  if (plan.label === "leavers") {
    const until = { last: "the last day on which somebody left", log: "the last day of the log" };
    const named = until[plan.leavers_until as keyof typeof until] ?? plan.leavers_until ?? until.last;
    return `1 when the subscriber leaves by the list of leavers ${within}, unknown where the list, which is whole until ${named}, ends before`;
  }
  const unseen =
    plan.silent === "unknown"
      ? "unknown where neither a row with the flag nor activity is seen, or the log ends before"
      : `and also when neither a row with the flag nor activity is seen; ${end}`;
  return `1 when PSEUDO_CHURNED is 1 ${within}, ${unseen}`;
}
