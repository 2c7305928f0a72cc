import { isCustom } from "./custom-feature.js";
import type { Feature, FeaturePlan } from "./feature-plan.js";
import { LIFETIME } from "./lifetime-features.js";
import { isStandard } from "./standard-features.js";
import { standardMeaning } from "./standard-title.js";
import { titleOf } from "./usage-measures.js";

/** What a feature says, in one sentence, by its name: for a list of them, and for whoever asks what a bar of a chart means. */
export function featureMeanings(plan: Pick<FeaturePlan, "measures" | "features">): Map<string, string> {
  const titles = new Map(plan.measures.map((measure) => [measure.name, titleOf(measure).title]));
  const called = (measure: string) => titles.get(measure) ?? measure;
  return new Map(plan.features.map((feature) => [feature.name, meaningOf(feature, called)]));
}

/** The unit of each feature that has one, by its name. */
export function featureUnits(plan: Pick<FeaturePlan, "measures" | "features">): Map<string, string> {
  const units = new Map(plan.measures.map((measure) => [measure.name, titleOf(measure).unit]));
  const found = new Map<string, string>();
  for (const feature of plan.features) {
    const unit = isCustom(feature)
      ? feature.unit
      : "measure" in feature && WITH_UNIT.has(feature.kind)
        ? `${units.get(feature.measure) ?? ""}${feature.kind === "slope" ? " a day" : ""}`
        : IN_DAYS.test(feature.name) && !/_over_|rate/.test(feature.name)
          ? "days"
          : undefined;
    if (unit?.trim()) found.set(feature.name, unit.trim());
  }
  return found;
}

/** Kinds whose values are in the unit of their measure. */
const WITH_UNIT = new Set(["sum", "mean", "slope", "value", "day_sum", "day_mean", "day_stddev"]);
const IN_DAYS = /^(days_|active_days|repeat_days|tenure|mean_gap$|longest_gap$)/;

function meaningOf(feature: Feature, called: (measure: string) => string): string {
  const days = "window" in feature ? `the ${feature.window} covered days before the snapshot` : "";
  switch (feature.kind) {
    case "sum":
      return `All ${called(feature.measure)} of ${days}.`;
    case "mean":
      return `All ${called(feature.measure)} of ${days} over the active days among them; missing without one.`;
    case "active_days":
      return `How many of ${days} have any activity.`;
    case "tenure":
      return `Days from the subscriber's first record to the snapshot, at most ${feature.window}.`;
    case "trend":
      return `${upper(called(feature.measure))} of ${days} less that of as many days before, over both together: −1 stopped, 0 as before, 1 began; missing when both are 0.`;
    case "slope":
      return `By how much ${called(feature.measure)} grows a day over ${days}, by least squares; days without a record are 0.`;
    case "variability":
      return `Standard deviation of ${called(feature.measure)} by day over its mean, of ${days}; days without a record are 0, missing when the mean is 0.`;
    case "out_share":
      return `${upper(called(feature.outgoing))} over ${called(feature.outgoing)} and ${called(feature.incoming)} together, of ${days}; missing when both are 0.`;
    case "value":
      return `${upper(called(feature.measure))} of the day before the snapshot.`;
    case "day_sum":
    case "day_mean":
    case "day_stddev":
      return `${{ day_sum: "Sum", day_mean: "Mean", day_stddev: "Standard deviation" }[feature.kind]} of ${called(feature.measure)} over all subscribers on the day before the snapshot: the same for each of them.`;
    case "log1p":
      return `Natural logarithm of 1 + ${feature.of}.`;
    case "attribute":
      return feature.of === "day"
        ? `Days from ${feature.attribute} to the snapshot, as the attribute was on the day before it.`
        : `The attribute ${feature.attribute} as it was on the day before the snapshot${feature.of === "truth" ? ": 1 true, 0 false" : ""}.`;
    case "attribute_is":
      return `1 where the attribute ${feature.attribute} was ${JSON.stringify(feature.level)} on the day before the snapshot, 0 where it was another.`;
    case "custom":
      return (
        feature.meaning ??
        `As it was written, over ${feature.within ? `the ${feature.within} covered days` : "all days of the log"} before the snapshot.`
      );
    default:
      return isStandard(feature) ? standardMeaning(feature) : LIFETIME[feature.kind].meaning;
  }
}

const upper = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
