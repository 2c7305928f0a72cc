import { createHash } from "node:crypto";
import type { MeasureColumn } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { type CustomFeature, customFeatures, isCustom } from "./custom-feature.js";
import type { LifetimeFeature } from "./lifetime-features.js";
import type { FeatureSettings } from "./options.js";
import { type AttributeFeature, attributeFeatures, type PlannableAttributes } from "./plan-attributes.js";
import { DIRECTIONS, type StandardFeature, standardFeatures } from "./standard-features.js";
import { LEGACY_MEASURES, type UsageMeasure, usageMeasures } from "./usage-measures.js";

/** One feature: what is computed, of which measure, over which window. Days are counted back from the snapshot day. */
export type Feature =
  /** Sum of a measure over the window. */
  | { name: string; kind: "sum"; measure: string; window: number }
  /** Sum over the window per active day of it; missing without an active day. */
  | { name: string; kind: "mean"; measure: string; window: number }
  /** Days of the window with any activity. */
  | { name: string; kind: "active_days"; window: number }
  /** What the whole past says, `days_since_last_activity` in every set: see `LIFETIME`. */
  | LifetimeFeature
  /** Days from the first record to the snapshot, at most the window. */
  | { name: string; kind: "tenure"; window: number }
  /** (last − previous) / (last + previous) window, −1 … 1; missing when both are 0. */
  | { name: string; kind: "trend"; measure: string; window: number }
  /** Least-squares slope by day over the window, days without a record as 0. */
  | { name: string; kind: "slope"; measure: string; window: number }
  /** Standard deviation over mean of the days of the window, days without a record as 0; missing when the mean is 0. */
  | { name: string; kind: "variability"; measure: string; window: number }
  /** Outgoing over outgoing and incoming, 0 … 1; missing when both are 0. */
  | { name: string; kind: "out_share"; outgoing: string; incoming: string; window: number }
  /** Legacy set: the measure on the day before the snapshot. */
  | { name: string; kind: "value"; measure: string }
  /** Legacy set: statistic of the measure over all subscribers on the day before the snapshot. */
  | { name: string; kind: "day_sum" | "day_mean" | "day_stddev"; measure: string }
  /** Legacy set: log(1 + x) of another feature. */
  | { name: string; kind: "log1p"; of: string }
  | StandardFeature
  | AttributeFeature
  | CustomFeature;

/**
 * How snapshots become features and a label: data, not code, so that a model carries it and scoring repeats it.
 *
 * A snapshot is (subscriber, day t): features come from days before t, the label from day t on.
 */
export interface FeaturePlan {
  format: "churn-workbench/feature-plan";
  version: 1 | 2;
  /** "seed" is the legacy set, as files have always called it: the hash of a plan reads it. */
  set: "behaviour" | "standard" | "seed";
  horizon: number;
  active_within: number;
  label: "given" | "derived" | "leavers";
  /**
   * Of a label "given": who shows nothing in the horizon, neither a flag nor activity, has no label. Without it such a subscriber counts as a
   * leaver, as in plans of before.
   */
  silent?: "unknown";
  /** Of a label "leavers": until when the list knows all who left; its last day, the log's, or a day `YYYY-MM-DD`. */
  leavers_until?: string;
  measures: readonly UsageMeasure[];
  features: readonly Feature[];
}

/** What is known of subscribers beside the log. */
export interface PlannableSubscribers {
  attributes?: PlannableAttributes | undefined;
  /** Whether there is a list of who left and when. */
  hasLeavers?: boolean;
}

/**
 * Plans the features for a log.
 *
 * @param settings options of the stage
 * @param log the measures of `DP_CDR_Data` that the log has; the others get no features
 * @param labelGiven whether the log has PSEUDO_CHURNED
 * @param subscribers what is known of them beside the log; a plan without it has the hash that it always had
 * @throws ChurnError BAD_OPTION when the legacy set is asked of a log that lacks one of its four measures, or a measure has a name
 *   that the features of another one have, or a feature of `custom` has a name that is taken
 */
export function planFeatures(
  settings: FeatureSettings,
  log: readonly MeasureColumn[],
  labelGiven: boolean,
  { attributes, hasLeavers = false }: PlannableSubscribers = {},
): FeaturePlan {
  const measures = usageMeasures(log);
  const windows = [...new Set(settings.windows)].sort((a, b) => a - b);
  if (settings.label === "given" && !labelGiven) {
    throw new ChurnError("BAD_OPTION", 'option "features.label" is "given", but no record has PSEUDO_CHURNED', {
      hint: 'use "derived": no activity in the horizon',
    });
  }
  if (settings.label === "leavers" && !hasLeavers) {
    throw new ChurnError("BAD_OPTION", 'option "features.label" is "leavers", but no list of leavers was loaded', {
      hint: 'name it in "load.churned", then churn load',
    });
  }
  const usage = usageOf(settings.set, measures, windows);
  // the legacy set is what it was: 32 columns
  const known =
    settings.set === "legacy" || !attributes
      ? []
      : attributeFeatures(
          attributes,
          usage.map(({ name }) => name),
        );
  const taken = [...usage, ...known].map(({ name }) => name);
  return {
    format: "churn-workbench/feature-plan",
    version: settings.set === "standard" ? 2 : 1,
    set: settings.set === "legacy" ? "seed" : settings.set,
    horizon: settings.horizon,
    active_within: settings.active_within ?? Math.max(...windows),
    ...plannedLabel(settings, { labelGiven, hasLeavers }),
    measures: settings.set === "legacy" ? legacyMeasures(measures) : measures,
    features: [...usage, ...known, ...customFeatures(settings.custom, taken)],
  };
}

function usageOf(
  set: FeatureSettings["set"],
  measures: readonly UsageMeasure[],
  windows: readonly number[],
): Feature[] {
  if (set === "legacy") return legacyFeatures();
  return set === "standard" ? standardFeatures(measures, windows) : behaviourFeatures(measures, windows);
}

/** What churn is: what was asked for, else the list of leavers, the flags of the log, silence, whichever is there. */
function plannedLabel(
  { label, leavers_until, silent }: FeatureSettings,
  { labelGiven, hasLeavers }: { labelGiven: boolean; hasLeavers: boolean },
): Pick<FeaturePlan, "label" | "silent" | "leavers_until"> {
  if (label === "leavers" || (label === "auto" && hasLeavers)) return { label: "leavers", leavers_until };
  if (label === "derived" || !labelGiven) return { label: "derived" };
  return { label: "given", ...(silent === "unknown" ? { silent } : {}) };
}

/** Short hash of a plan: equal when the plans compute the same. */
export function planHash(plan: FeaturePlan): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 12);
}

/** Days before the snapshot that a plan's usage features look at, and those within which a subscriber counts. */
export function lookback(plan: FeaturePlan): number {
  return Math.max(plan.active_within, ...plan.features.map(daysNeeded));
}

/** Days before the snapshot that a usage feature looks at; 1 where no number of days says it. */
export const daysNeeded = (feature: Feature): number => (feature.kind === "trend" ? 2 : 1) * windowOf(feature);

/** The longest window of a plan's features. */
export const longestWindow = ({ features }: Pick<FeaturePlan, "features">): number =>
  Math.max(...features.map((feature) => (isCustom(feature) ? (feature.within ?? 1) : windowOf(feature))));

const windowOf = (feature: Feature): number => ("window" in feature ? (feature.window ?? 1) : 1);

function behaviourFeatures(measures: readonly UsageMeasure[], windows: readonly number[]): Feature[] {
  const shortest = windows[0];
  const longest = windows.at(-1) as number;
  const has = (name: string) => measures.some((measure) => measure.name === name);
  const pairs = DIRECTIONS.filter(([, outgoing, incoming]) => has(outgoing) && has(incoming));
  return [
    { name: "days_since_last_activity", kind: "days_since_last_activity" },
    { name: `tenure_${longest}d`, kind: "tenure", window: longest },
    ...windows.map((window): Feature => ({ name: `active_days_${window}d`, kind: "active_days", window })),
    ...measures.flatMap(({ name: measure }): Feature[] => [
      ...windows.flatMap((window): Feature[] => [
        { name: `${measure}_sum_${window}d`, kind: "sum", measure, window },
        { name: `${measure}_mean_${window}d`, kind: "mean", measure, window },
      ]),
      { name: `${measure}_trend_${shortest}d`, kind: "trend", measure, window: shortest },
      { name: `${measure}_slope_${longest}d`, kind: "slope", measure, window: longest },
      { name: `${measure}_variability_${longest}d`, kind: "variability", measure, window: longest },
    ]),
    ...pairs.map(
      ([name, outgoing, incoming]): Feature => ({
        name: `M_Out_Share_${name}_${longest}d`,
        kind: "out_share",
        outgoing,
        incoming,
        window: longest,
      }),
    ),
  ];
}

function legacyMeasures(measures: readonly UsageMeasure[]): UsageMeasure[] {
  return LEGACY_MEASURES.map((name) => {
    const measure = measures.find((candidate) => candidate.name === name);
    if (measure) return measure;
    throw new ChurnError("BAD_OPTION", `option "features.set" is "legacy", but the log has nothing for ${name}`, {
      hint: 'use "behaviour", which takes the measures that are there',
    });
  });
}

function legacyFeatures(): Feature[] {
  const plain = LEGACY_MEASURES.flatMap((measure): Feature[] => [
    { name: measure, kind: "value", measure },
    { name: `${measure}_sum`, kind: "day_sum", measure },
    { name: `${measure}_mean`, kind: "day_mean", measure },
    { name: `${measure}_stddev`, kind: "day_stddev", measure },
  ]);
  return [...plain, ...plain.map(({ name }): Feature => ({ name: `${name}_log`, kind: "log1p", of: name }))];
}
