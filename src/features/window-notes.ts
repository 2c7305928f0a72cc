import { dateOf, dayOf } from "../core/days.js";
import { daysNeeded, type FeaturePlan } from "./feature-plan.js";
import { daysText } from "./label-rule.js";
import type { LogSpan } from "./snapshot-days.js";

/** Says on which snapshot days the log is shorter than what the plan looks back on, and which features are missing there. */
export function windowNotes(plan: FeaturePlan, days: readonly string[], span: LogSpan): string[] {
  const covered = (day: string) =>
    dayOf(day) - dayOf(span.first) - span.missing.filter((each) => each < day && each > span.first).length;
  const early = days.filter((day) => covered(day) < Math.max(plan.active_within, ...plan.features.map(daysNeeded)));
  if (!early.length) return [];
  const before = covered(early[0]);
  const missing = plan.features.filter((feature) => daysNeeded(feature) > before);
  const needed = Math.max(plan.active_within, ...missing.map(daysNeeded));
  const when = early.length === 1 ? early[0] : `${early[0]} … ${early.at(-1)}`;
  const what = missing.length
    ? `${missing.length === 1 ? "1 feature is" : `${missing.length} features are`} missing there (${missing[0].name}${missing.length > 1 ? ` and ${missing.length - 1} more` : ""})`
    : "no feature is missing";
  const active =
    plan.active_within > before
      ? `, and who counts was active in the days that there are, not in ${plan.active_within}`
      : "";
  let whole = dayOf(span.first) + needed;
  while (covered(dateOf(whole)) < needed) whole++;
  return [
    `${early.length} of ${days.length} snapshot days (${when}) have fewer than the ${daysText(needed)} before them in the log that the plan looks back on: ${what}${active}; from ${dateOf(whole)} on nothing is (features.start_date, or shorter features.windows)`,
  ];
}
