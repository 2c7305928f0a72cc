import type { Feature } from "./feature-plan.js";
import { isOfLifetime, LIFETIME } from "./lifetime-features.js";

/**
 * Whether the values of a feature grow with the calendar by what they are, as days since a date and counts of all days so far do: that
 * they are larger in later chunks is no change of the subscribers.
 */
export function growsWithLog(feature: Feature): boolean {
  if (isOfLifetime(feature)) return "grows" in LIFETIME[feature.kind];
  return feature.kind === "attribute" && feature.of === "day";
}
