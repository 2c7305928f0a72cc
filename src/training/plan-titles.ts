import type { FeaturePlan } from "../features/feature-plan.js";
import { featureTitles } from "../features/feature-title.js";
import { growsWithLog } from "../features/grows-with-log.js";
import { labelRule } from "../features/label-rule.js";

/** What a person calls the features of a plan as a model carries it; a feature without a title is its name. */
export function planTitles(plan: unknown): (feature: string) => string {
  const own = planOf(plan);
  const titles = own && featureTitles(own);
  return (feature) => titles?.get(feature) ?? feature;
}

/** The features of a plan that grow with the log by what they are. */
export const growingFeatures = (plan: unknown): string[] =>
  planOf(plan)?.features.flatMap((feature) => (growsWithLog(feature) ? [feature.name] : [])) ?? [];

/** What the label of a model's plan says, in a sentence. */
export function planLabel(plan: unknown): string {
  return isPlan(plan) && "label" in plan ? labelRule(plan) : "as it was given";
}

/** A model's plan where it is one of the feature stage: another caller may give what it likes. */
export function planOf(plan: unknown): FeaturePlan | undefined {
  return isPlan(plan) ? plan : undefined;
}

function isPlan(plan: unknown): plan is FeaturePlan {
  if (typeof plan !== "object" || plan === null) return false;
  return "measures" in plan && Array.isArray(plan.measures) && "features" in plan && Array.isArray(plan.features);
}
