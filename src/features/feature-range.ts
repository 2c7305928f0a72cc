import type { Feature, FeaturePlan } from "./feature-plan.js";

/** Limits that the values of a feature cannot leave; null where there is none. */
export function featureRange(plan: FeaturePlan, feature: Feature): { low: number | null; high: number | null } {
  const signed = (measure: string) => plan.measures.find(({ name }) => name === measure)?.negative ?? false;
  switch (feature.kind) {
    case "sum":
    case "mean":
    case "value":
    case "day_sum":
    case "day_mean":
      return { low: signed(feature.measure) ? null : 0, high: null };
    case "variability":
    case "day_stddev":
      return { low: 0, high: null };
    case "active_days":
      return { low: 0, high: feature.window };
    case "tenure":
      return { low: 1, high: feature.window };
    case "trend":
      return { low: -1, high: 1 };
    case "out_share":
      return signed(feature.outgoing) || signed(feature.incoming) ? NONE : { low: 0, high: 1 };
    case "days_since_last_activity":
      return { low: 1, high: plan.active_within };
    case "activity_rate":
      return { low: 0, high: 1 };
    case "days_since_first_record":
    case "active_days_ever":
    case "mean_gap":
    case "longest_gap":
      return { low: 1, high: null };
    case "repeat_days":
    case "days_first_to_last_activity":
    case "recency_over_mean_gap":
    case "recency_over_longest_gap":
      return { low: 0, high: null };
    case "activity_level":
      return { low: 0, high: 1 };
    case "level":
      return { low: signed(feature.measure) ? null : 0, high: null };
    case "cusum_fall":
    case "cusum_rise":
      return { low: 0, high: null };
    case "breadth":
      return { low: 0, high: plan.measures.length };
    case "zero_rows":
    case "no_rows":
      return { low: 0, high: feature.window };
    case "attribute_is":
      return { low: 0, high: 1 };
    default:
      return NONE;
  }
}

const NONE = { low: null, high: null };
