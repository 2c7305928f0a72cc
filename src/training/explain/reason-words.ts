import { shortNumber } from "../../charts/chart-text.js";
import type { Feature, FeaturePlan } from "../../features/feature-plan.js";
import { featureTitles } from "../../features/feature-title.js";
import { titleOf } from "../../features/usage-measures.js";
import { type FeatureIdea, featureIdeas } from "./feature-ideas.js";

/** Value of a feature of the row, NaN where it is missing. */
type ValueAt = (feature: string) => number;

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
    case "lifetime":
      return lifetimeWords(plan, valueAt);
    case "attribute":
      return attributeWords(plan, of, valueAt);
    default:
      return undefined;
  }
}

const known = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);

/** Days, months or the like: "12 days". */
const dayText = (days: number) => `${shortNumber(days)} ${days === 1 ? "day" : "days"}`;

/** The shortest window against the days before it, as far as the subscriber has been there. */
function useWords({ measures, features }: FeaturePlan, name: string, valueAt: ValueAt): string | undefined {
  const measure = measures.find((each) => each.name === name);
  if (!measure) return undefined;
  const { title, unit } = titleOf(measure);
  const amount = (value: number) => amountText(value, unit);
  const sums = features
    .flatMap((each) => (each.kind === "sum" && each.measure === name ? [{ ...each, value: valueAt(each.name) }] : []))
    .filter(({ value }) => known(value))
    .sort((a, b) => a.window - b.window);
  const [short, long] = [sums[0], sums.at(-1)];
  if (!short || !long) return undefined;
  const there = Math.min(long.window, daysThere(features, valueAt));
  if (there <= short.window || measure.negative) {
    return `${title}: ${amount(short.value)} in the last ${dayText(Math.min(short.window, there))}`;
  }
  const recent = short.value / short.window;
  const usual = (long.value - short.value) / (there - short.window);
  const before = long.value - short.value;
  // a third of a call a week is no usual
  const week =
    measure.kind === "count" && 7 * usual < 1
      ? `${amount(before)} in the ${dayText(there - short.window)} before`
      : `${amount(7 * usual)} a week`;
  if (recent <= 0 && usual <= 0) return `no ${title} in ${dayText(there)}`;
  if (usual <= 0) return `${title} new: ${amount(short.value)} in the last ${dayText(short.window)}, none before`;
  if (recent <= 0) {
    return `no ${title} in ${dayText(short.window)}, ${week.endsWith("before") ? "" : "usually "}${week}`;
  }
  const change = recent / usual - 1;
  if (Math.abs(change) < 0.1) return `${title} as usual, ${week}`;
  if (change > 2) return `${title} ${shortNumber(change + 1)} times ${usualText(week)}`;
  return `${title} ${change < 0 ? "down" : "up"} ${Math.round(100 * Math.abs(change))}% from ${usualText(week)}`;
}

const usualText = (week: string) => (week.endsWith("before") ? week : `the usual ${week}`);

/** Days since the first record, as far as a feature says so. */
function daysThere(features: readonly Feature[], valueAt: ValueAt): number {
  const ages = features.flatMap((feature) => {
    const { kind, name }: { kind: string; name: string } = feature;
    if (kind === "days_since_first_record") return [valueAt(name)];
    if (feature.kind !== "tenure") return [];
    const age = valueAt(name);
    return [age >= feature.window ? Number.POSITIVE_INFINITY : age];
  });
  return Math.max(1, ...ages.filter(known).slice(0, 1), ...(ages.some(known) ? [] : [Number.POSITIVE_INFINITY]));
}

/** Seconds are read as minutes. */
function amountText(value: number, unit: string | undefined): string {
  if (unit === "s" && Math.abs(value) >= 90) return `${shortNumber(value / 60)} min`;
  return `${shortNumber(value)}${unit === undefined ? "" : ` ${unit}`}`;
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
