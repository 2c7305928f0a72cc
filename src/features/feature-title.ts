import type { Feature, FeaturePlan } from "./feature-plan.js";
import { LIFETIME } from "./lifetime-features.js";
import { isStandard } from "./standard-features.js";
import { standardTitle } from "./standard-title.js";
import { titleOf } from "./usage-measures.js";

/**
 * What a person calls the features of a plan, by their names: "outgoing call time, sum of 30 days (s)".
 *
 * @example
 * featureTitles(plan).get("spend_sum_30d"); // "spend, sum of 30 days (GBP)"
 */
export function featureTitles(plan: Pick<FeaturePlan, "measures" | "features">): Map<string, string> {
  const measures = new Map(plan.measures.map((measure) => [measure.name, titleOf(measure)]));
  const titles = new Map<string, string>();
  const measured = (name: string) => measures.get(name) ?? { title: name, unit: undefined };
  for (const feature of plan.features) titles.set(feature.name, featureTitle(feature, measured, titles));
  return titles;
}

type Measured = (name: string) => { title: string; unit: string | undefined };

function featureTitle(feature: Feature, measured: Measured, titles: ReadonlyMap<string, string>): string {
  const days = "window" in feature ? `${feature.window} ${feature.window === 1 ? "day" : "days"}` : "";
  const of = (name: string, what: string, by = "") => {
    const { title, unit } = measured(name);
    return `${title}, ${what}${unit ? ` (${unit}${by})` : ""}`;
  };
  // ratios have no unit
  const bare = (name: string) => measured(name).title;
  switch (feature.kind) {
    case "sum":
      return of(feature.measure, `sum of ${days}`);
    case "mean":
      return of(feature.measure, `mean per active day of ${days}`);
    case "trend":
      return `${bare(feature.measure)}, last ${days} against those before`;
    case "slope":
      return of(feature.measure, `slope over ${days}`, " a day");
    case "variability":
      return `${bare(feature.measure)}, variability over ${days}`;
    case "active_days":
      return `active days of the last ${days}`;
    case "tenure":
      return `days since the first record, up to ${feature.window}`;
    case "out_share":
      return `share of ${bare(feature.outgoing)} in both directions, ${days}`;
    case "value":
      return of(feature.measure, "the day before");
    case "day_sum":
      return of(feature.measure, "sum over all subscribers, the day before");
    case "day_mean":
      return of(feature.measure, "mean over all subscribers, the day before");
    case "day_stddev":
      return of(feature.measure, "standard deviation over all subscribers, the day before");
    case "log1p":
      return `logarithm of 1 + ${titles.get(feature.of) ?? feature.of}`;
    case "attribute":
    case "attribute_is":
      return feature.title;
    case "custom":
      return `${feature.title}${feature.unit ? ` (${feature.unit})` : ""}`;
    default:
      return isStandard(feature) ? standardTitle(feature, measured) : LIFETIME[feature.kind].title;
  }
}
