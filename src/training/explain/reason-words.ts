import { shortNumber } from "../../charts/chart-text.js";
import type { FeaturePlan } from "../../features/feature-plan.js";
import { featureTitles } from "../../features/feature-title.js";
import { titleOf } from "../../features/usage-measures.js";
import { type FeatureIdea, featureIdeas } from "./feature-ideas.js";
import { dayText, known, useWords, type ValueAt } from "./use-words.js";

/** A row's features in words. */
export interface ReasonWords {
  /** The idea of a feature; one that no plan knows stands for itself. */
  ideaOf(feature: string): FeatureIdea;
  /** What the row says of an idea: "data volume down 70% from the usual 400 MB a week". */
  say(idea: FeatureIdea, feature: string, valueAt: ValueAt): string;
}

/** How the features of a plan are told; without a plan of the feature stage, names and values. */
export function reasonWords(plan: FeaturePlan | undefined): ReasonWords {
  const ideas = plan ? featureIdeas(plan) : new Map<string, FeatureIdea>();
  const titles = plan ? featureTitles(plan) : new Map<string, string>();
  const plain = (feature: string, valueAt: ValueAt) => {
    const title = titles.get(feature);
    const value = valueAt(feature);
    return `${title === undefined ? feature : `${title}:`} ${Number.isNaN(value) ? "missing" : shortNumber(value)}`;
  };
  return {
    ideaOf: (feature) => ideas.get(feature) ?? { key: feature, idea: "own" },
    say(idea, feature, valueAt) {
      return (plan && wordsOf(plan, idea, valueAt)) ?? plain(feature, valueAt);
    },
  };
}

function wordsOf(plan: FeaturePlan, { idea, of = "" }: FeatureIdea, valueAt: ValueAt): string | undefined {
  switch (idea) {
    case "use":
      return useWords(plan, of, valueAt);
    case "steadiness":
      return steadinessWords(plan, of, valueAt);
    case "activity":
      return activityWords(plan, valueAt);
    case "overall":
      return overallWords(plan, valueAt);
    case "direction":
      return directionWords(plan, of, valueAt);
    case "lifetime":
      return lifetimeWords(plan, valueAt);
    case "attribute":
      return attributeWords(plan, of, valueAt);
    default:
      return undefined;
  }
}

function steadinessWords({ measures, features }: FeaturePlan, name: string, valueAt: ValueAt): string | undefined {
  const measure = measures.find((each) => each.name === name);
  const feature = features.find((each) => each.kind === "variability" && each.measure === name);
  if (!measure || feature?.kind !== "variability") return undefined;
  const { title } = titleOf(measure);
  const value = valueAt(feature.name);
  return known(value)
    ? `${title} from day to day: ${Math.round(100 * value)}% off the mean over ${dayText(feature.window)}`
    : `no ${title} to be steady or not in ${dayText(feature.window)}`;
}

function activityWords({ features }: FeaturePlan, valueAt: ValueAt): string | undefined {
  const valueOfKind = (wanted: string) => {
    const found = features.find(({ kind }: { kind: string }) => kind === wanted);
    return found && valueAt(found.name);
  };
  const silent = valueOfKind("days_since_last_activity");
  const gap = valueOfKind("mean_gap");
  const longest = features
    .flatMap((each) => (each.kind === "active_days" ? [{ ...each, days: valueAt(each.name) }] : []))
    .filter(({ days }) => known(days))
    .sort((a, b) => b.window - a.window)[0];
  const said = [
    silent === undefined
      ? undefined
      : Number.isNaN(silent)
        ? "never active"
        : silent <= 1
          ? "active the day before"
          : `silent for ${dayText(silent)}`,
    known(gap) ? `usual gap ${dayText(gap)}` : undefined,
    longest && `active on ${shortNumber(longest.days)} of ${dayText(longest.window)}`,
  ].filter((part) => part !== undefined);
  return said.length > 0 ? said.join(", ") : undefined;
}

/** All measures together against the subscriber's own days before. */
function overallWords({ features }: FeaturePlan, valueAt: ValueAt): string | undefined {
  for (const feature of features) {
    if (feature.kind !== "own_level_all") continue;
    const value = valueAt(feature.name);
    if (!known(value)) continue;
    const than = `the own days before in the last ${dayText(feature.window)}`;
    if (Math.abs(value) < 0.25) return `all use as on ${than}`;
    return `all use ${value < 0 ? "below" : "above"} ${than}, by ${shortNumber(Math.abs(value))} standard deviations`;
  }
  return undefined;
}

function directionWords({ measures, features }: FeaturePlan, outgoing: string, valueAt: ValueAt): string | undefined {
  const title = (name: string) => {
    const measure = measures.find((each) => each.name === name);
    return measure ? titleOf(measure).title : name;
  };
  for (const feature of features) {
    if (!("outgoing" in feature) || feature.outgoing !== outgoing) continue;
    const value = valueAt(feature.name);
    if (!known(value)) continue;
    const [out, back] = [title(feature.outgoing), title(feature.incoming)];
    if (feature.kind === "out_share") return `${Math.round(100 * value)}% of ${out} and ${back} are outgoing`;
    // a difference of logarithms of 1 + the amount of a day
    const ratio = shortNumber(Math.exp(Math.abs(value)));
    return `${out} against ${back}: about ${value < 0 ? `1 to ${ratio}` : `${ratio} to 1`}`;
  }
  return undefined;
}

function lifetimeWords({ features }: FeaturePlan, valueAt: ValueAt): string | undefined {
  for (const feature of features) {
    const { kind, name }: { kind: string; name: string } = feature;
    const value = valueAt(name);
    if (!known(value)) continue;
    if (kind === "days_since_first_record") return `first record ${dayText(value)} ago`;
    if (feature.kind === "tenure") {
      return value >= feature.window
        ? `first record ${dayText(feature.window)} ago or more`
        : `first record ${dayText(value)} ago`;
    }
  }
  return undefined;
}

function attributeWords({ features }: FeaturePlan, attribute: string, valueAt: ValueAt): string | undefined {
  const own = features.flatMap((each) => ("attribute" in each && each.attribute === attribute ? [each] : []));
  const [first] = own;
  if (!first) return undefined;
  const value = valueAt(first.name);
  if (Number.isNaN(value)) return `${attribute}: missing`;
  if (first.kind === "attribute_is") {
    const is = own.find((each) => valueAt(each.name) === 1);
    return is?.kind === "attribute_is" ? `${attribute}: ${is.level}` : `${attribute}: another one`;
  }
  if (first.of === "day") return `${first.title}: ${shortNumber(value)}`;
  if (value === 0 || value === 1) return `${first.title}: ${first.of === "truth" ? ["no", "yes"][value] : value}`;
  return `${first.title}: ${shortNumber(value)}`;
}

/** An effect in points of a hundred: "+18.0 points". */
export const pointsText = (effect: number): string => `${effect < 0 ? "" : "+"}${(100 * effect).toFixed(1)} points`;
