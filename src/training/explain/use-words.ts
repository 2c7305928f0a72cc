import { shortNumber } from "../../charts/chart-text.js";
import type { Feature, FeaturePlan } from "../../features/feature-plan.js";
import { titleOf, type UsageMeasure } from "../../features/usage-measures.js";

/** Value of a feature of the row, NaN where it is missing. */
export type ValueAt = (feature: string) => number;

export const known = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);

/** "12 days". */
export const dayText = (days: number): string => `${shortNumber(days)} ${days === 1 ? "day" : "days"}`;

/** How a measure is used lately and usually: "data volume down 70% from the usual 400 MB a week". */
export function useWords(plan: FeaturePlan, name: string, valueAt: ValueAt): string | undefined {
  const measure = plan.measures.find((each) => each.name === name);
  return measure && (wordsOfLevels(plan, measure, valueAt) ?? wordsOfSums(plan, measure, valueAt));
}

/** By the shortest window against the days before it, as far as the subscriber has been there. */
function wordsOfSums({ features }: FeaturePlan, measure: UsageMeasure, valueAt: ValueAt): string | undefined {
  const { title, unit } = titleOf(measure);
  const amount = (value: number) => amountText(value, unit);
  const sums = sumsOf(features, measure, valueAt);
  const [short, long] = [sums[0], sums.at(-1)];
  if (!short || !long) return undefined;
  const there = Math.min(long.window, daysThere(features, valueAt));
  if (there <= short.window || measure.negative) {
    return `${title}: ${amount(short.value)} in the last ${dayText(Math.min(short.window, there))}`;
  }
  const recent = short.value / short.window;
  const before = long.value - short.value;
  const usual = before / (there - short.window);
  if (recent <= 0 && usual <= 0) return `no ${title} in ${dayText(there)}`;
  if (usual <= 0) return `${title} new: ${amount(short.value)} in the last ${dayText(short.window)}, none before`;
  // a third of a call a week is no usual
  const rare = measure.kind === "count" && 7 * usual < 1;
  const text = rare
    ? { it: `${amount(before)} in the ${dayText(there - short.window)} before` }
    : { it: `${amount(7 * usual)} a week`, usually: true };
  if (recent <= 0) return `no ${title} in ${dayText(short.window)}, ${text.usually ? "usually " : ""}${text.it}`;
  return changeWords(title, recent / usual, text);
}

/**
 * By logarithms of the amount of an active day: with the share of active days they are amounts a day, recent days counting more,
 * against all that was ever.
 */
function wordsOfLevels({ features }: FeaturePlan, measure: UsageMeasure, valueAt: ValueAt): string | undefined {
  if (measure.negative) return undefined;
  const levels = features.flatMap((each) => (each.kind === "level" && each.measure === measure.name ? [each] : []));
  const ever = levels.find(({ half_life }) => half_life === "ever");
  const rate = features.find(({ kind }) => kind === "activity_rate");
  if (!ever || !rate) return undefined;
  const { title, unit } = titleOf(measure);
  const usual = Math.expm1(valueAt(ever.name)) * valueAt(rate.name);
  if (Number.isNaN(usual)) return undefined;
  if (usual <= 0) return `no ${title} ever`;
  const text = { it: `${amountText(7 * usual, unit)} a week`, usually: true };
  const longest = sumsOf(features, measure, valueAt).at(-1);
  if (longest?.value === 0) return `no ${title} in ${dayText(longest.window)}, usually ${text.it}`;
  // neither of the last days alone nor of the last weeks
  const lives = levels.filter(({ half_life }) => half_life !== "ever");
  const life = lives[Math.min(1, lives.length - 1)];
  const share = features.find((each) => each.kind === "activity_level" && each.half_life === life?.half_life);
  if (!life || !share) return undefined;
  const recent = Math.expm1(valueAt(life.name)) * valueAt(share.name);
  return Number.isNaN(recent) ? undefined : changeWords(title, recent / usual, text);
}

function changeWords(title: string, ratio: number, { it, usually }: { it: string; usually?: boolean }): string {
  const from = usually ? `the usual ${it}` : it;
  if (Math.abs(ratio - 1) < 0.1) return usually ? `${title} as usual, ${it}` : `${title} as before, ${it}`;
  if (ratio > 3) return `${title} ${shortNumber(ratio)} times ${from}`;
  return `${title} ${ratio < 1 ? "down" : "up"} ${Math.round(100 * Math.abs(ratio - 1))}% from ${from}`;
}

/** The sums of a measure over windows, the shortest first. */
function sumsOf(features: readonly Feature[], { name }: UsageMeasure, valueAt: ValueAt) {
  return features
    .flatMap((each) => (each.kind === "sum" && each.measure === name ? [{ ...each, value: valueAt(each.name) }] : []))
    .filter(({ value }) => known(value))
    .sort((a, b) => a.window - b.window);
}

/** Days since the first record, as far as a feature says so. */
function daysThere(features: readonly Feature[], valueAt: ValueAt): number {
  for (const feature of features) {
    const age =
      feature.kind === "days_since_first_record" || feature.kind === "tenure" ? valueAt(feature.name) : undefined;
    if (!known(age)) continue;
    return feature.kind === "tenure" && age >= feature.window ? Number.POSITIVE_INFINITY : Math.max(1, age);
  }
  return Number.POSITIVE_INFINITY;
}

/** Seconds are read as minutes. */
function amountText(value: number, unit: string | undefined): string {
  if (unit === "s" && Math.abs(value) >= 90) return `${shortNumber(value / 60)} min`;
  return `${shortNumber(value)}${unit === undefined ? "" : ` ${unit}`}`;
}
