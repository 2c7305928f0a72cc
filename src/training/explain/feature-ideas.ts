import type { Feature, FeaturePlan } from "../../features/feature-plan.js";

/** What features have in common that say nearly the same: a measure and an idea about it. */
export interface FeatureIdea {
  /** The same for all features of one idea. */
  key: string;
  idea: "use" | "steadiness" | "direction" | "activity" | "overall" | "lifetime" | "attribute" | "everybody" | "own";
  /** Name of the measure or of the attribute. */
  of?: string;
}

const LIFETIME = new Set([
  "tenure",
  "days_since_first_record",
  "active_days_ever",
  "repeat_days",
  "days_first_to_last_activity",
]);
const ACTIVITY = new Set([
  "active_days",
  "days_since_last_activity",
  "mean_gap",
  "longest_gap",
  "last_gap",
  "recency_over_mean_gap",
  "recency_over_longest_gap",
  "activity_rate",
  "activity_level",
  "activity_change",
  "zero_rows",
  "no_rows",
]);
const OVERALL = new Set(["own_level_all", "cusum_fall", "cusum_rise", "weekday_change", "breadth"]);

/** The idea of each feature of a plan, by name: near copies share an effect, and each alone looks small. */
export function featureIdeas(plan: Pick<FeaturePlan, "features" | "measures">): Map<string, FeatureIdea> {
  const ideas = new Map<string, FeatureIdea>();
  const subjects = new Map(plan.measures.map(({ name, column }) => [name, column.replace(COUNT_OR_AMOUNT, "")]));
  for (const feature of plan.features) {
    const idea = ideaOf(feature, ideas);
    const subject = idea.of === undefined ? undefined : subjects.get(idea.of);
    ideas.set(feature.name, subject === undefined ? idea : { ...idea, key: `${idea.idea} ${subject}` });
  }
  return ideas;
}

/** Calls and their minutes, data sessions and their volume: a linear model sets one against the other. */
const COUNT_OR_AMOUNT = /_(COUNT|DURATION|VOLUME)$/;

function ideaOf(feature: Feature, known: ReadonlyMap<string, FeatureIdea>): FeatureIdea {
  const { name, kind }: { name: string; kind: string } = feature;
  const about = (idea: FeatureIdea["idea"], of: string): FeatureIdea => ({ key: `${idea} ${of}`, idea, of });
  if ("attribute" in feature) return about("attribute", feature.attribute);
  if ("outgoing" in feature) return about("direction", feature.outgoing);
  if (kind.startsWith("day_") && "measure" in feature) return about("everybody", feature.measure);
  if (kind === "variability" && "measure" in feature) return about("steadiness", feature.measure);
  if ("measure" in feature) return about("use", feature.measure);
  if ("of" in feature) return known.get(feature.of) ?? { key: name, idea: "own" };
  if (LIFETIME.has(kind)) return { key: "lifetime", idea: "lifetime" };
  if (ACTIVITY.has(kind)) return { key: "activity", idea: "activity" };
  if (OVERALL.has(kind)) return { key: "overall", idea: "overall" };
  return { key: name, idea: "own" };
}
