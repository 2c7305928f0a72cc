import { type LifetimeFeature, lifetimeFeatures } from "./lifetime-features.js";
import type { UsageMeasure } from "./usage-measures.js";

/**
 * The features that only the standard set has. A half-life is a number of days, or "ever": the whole past, each day alike. `window` is how
 * far back the weights reach. Logarithms are sign · ln(1 + |x|), so that what doubles is as far from before for a light user as for a
 * heavy one.
 */
export type StandardFeature =
  /** Logarithm of the amount per active day, recent days counting more. */
  | { name: string; kind: "level"; measure: string; half_life: HalfLife; window?: number }
  /** The level of a short half-life less that of a longer one: the logarithm of how use has changed. */
  | { name: string; kind: "level_change"; measure: string; half_life: number; against: HalfLife; window: number }
  /** Share of active days since the first record, recent days counting more. */
  | { name: string; kind: "activity_level"; half_life: number; window: number }
  /** The same of a short half-life less that of a longer one. */
  | { name: string; kind: "activity_change"; half_life: number; against: HalfLife; window: number }
  /** Level of what goes out less level of what comes in. */
  | { name: string; kind: "out_level"; outgoing: string; incoming: string; half_life: HalfLife; window?: number }
  /** Mean logarithm of the window's active days against the subscriber's own earlier ones, in their standard deviations. */
  | { name: string; kind: "own_level"; measure: string; window: number }
  /** Mean of `own_level` over all measures. */
  | { name: string; kind: "own_level_all"; window: number }
  /**
   * Page's statistic (1954) for a fall or a rise of all activity that lasts until the snapshot, in own standard deviations: the largest over
   * changes at one of the `ends`, days before the snapshot.
   */
  | { name: string; kind: "cusum_fall" | "cusum_rise"; window: number; ends: readonly number[] }
  /** Activity of the last three days against the same days of the three weeks before. */
  | { name: string; kind: "weekday_change"; window: number }
  /** Measures with any use in the window. */
  | { name: string; kind: "breadth"; window: number }
  /** Days of the window with a record that shows no activity. */
  | { name: string; kind: "zero_rows"; window: number }
  /** Days of the window without a record, since the first one. */
  | { name: string; kind: "no_rows"; window: number };

/** Whether a feature is of the standard set alone. */
export const isStandard = (feature: { kind: string }): feature is StandardFeature => KINDS.has(feature.kind);

const KINDS = new Set<string>(
  Object.keys({
    level: 1,
    level_change: 1,
    activity_level: 1,
    activity_change: 1,
    out_level: 1,
    own_level: 1,
    own_level_all: 1,
    cusum_fall: 1,
    cusum_rise: 1,
    weekday_change: 1,
    breadth: 1,
    zero_rows: 1,
    no_rows: 1,
  } satisfies Record<StandardFeature["kind"], 1>),
);

/** The days that a weekday is compared over: the last three, and the same days of three weeks before. */
const WEEKDAY_DAYS = 24;

export type HalfLife = number | "ever";

/** Measures of both directions: what their features are called, and the two. */
export const DIRECTIONS = [
  ["Call_Count", "M_Out_Call_Count", "M_In_Call_Count"],
  ["Call_Time", "M_Out_Call_Time", "M_In_Call_Time"],
  ["SMS_Count", "M_Out_SMS_Count", "M_In_SMS_Count"],
] as const;

/** The half-lives that go with windows: a third of each, and a fifteenth of the longest. */
function halfLivesOf(windows: readonly number[]): number[] {
  const lives = [...windows.map((window) => window / 3), Math.max(...windows) / 15];
  return [...new Set(lives.map((days) => Math.max(1, Math.round(days))))].sort((a, b) => a - b);
}

/** The features of the set: some are of the set `behaviour`, too. */
type SetFeature =
  | StandardFeature
  | LifetimeFeature
  | { name: string; kind: "sum"; measure: string; window: number }
  | { name: string; kind: "active_days"; window: number };

/**
 * The standard set: a subscriber's lifetime, levels of use on a log scale with several half-lives and what changed between them, and the
 * last days against the subscriber's own earlier ones.
 *
 * @param windows in days, ascending
 */
export function standardFeatures(measures: readonly UsageMeasure[], windows: readonly number[]): SetFeature[] {
  const window = windows.at(-1) as number;
  const recent = windows.slice(0, 2);
  const ends = [...new Set([Math.min(3, windows[0]), ...windows])];
  const lives = halfLivesOf(windows);
  const scales: HalfLife[] = [...lives, "ever"];
  const has = (name: string) => measures.some((measure) => measure.name === name);
  const reach = (half_life: HalfLife) => (half_life === "ever" ? {} : { window });
  const steps = lives.map((half_life, index) => ({ half_life, against: scales[index + 1], window }));
  return [
    ...lifetimeFeatures(),
    ...windows.map((days): SetFeature => ({ name: `active_days_${days}d`, kind: "active_days", window: days })),
    ...lives.map(
      (half_life): SetFeature => ({ name: `activity_${half_life}d`, kind: "activity_level", half_life, window }),
    ),
    ...steps.map((step): SetFeature => ({ name: `activity_change_${span(step)}`, kind: "activity_change", ...step })),
    ...measures.flatMap(({ name: measure }): SetFeature[] => [
      { name: `${measure}_sum_${window}d`, kind: "sum", measure, window },
      ...scales.map(
        (half_life): SetFeature => ({
          name: `${measure}_level_${text(half_life)}`,
          kind: "level",
          measure,
          half_life,
          ...reach(half_life),
        }),
      ),
      ...steps.map(
        (step): SetFeature => ({ name: `${measure}_change_${span(step)}`, kind: "level_change", measure, ...step }),
      ),
      ...recent.map(
        (days): SetFeature => ({ name: `${measure}_own_${days}d`, kind: "own_level", measure, window: days }),
      ),
    ]),
    ...recent.map((days): SetFeature => ({ name: `all_own_${days}d`, kind: "own_level_all", window: days })),
    ...DIRECTIONS.filter(([, outgoing, incoming]) => has(outgoing) && has(incoming)).flatMap(
      ([name, outgoing, incoming]) =>
        scales.map(
          (half_life): SetFeature => ({
            name: `M_Out_Level_${name}_${text(half_life)}`,
            kind: "out_level",
            outgoing,
            incoming,
            half_life,
            ...reach(half_life),
          }),
        ),
    ),
    ...(measures.length > 1
      ? windows.map((days): SetFeature => ({ name: `breadth_${days}d`, kind: "breadth", window: days }))
      : []),
    { name: "activity_fall", kind: "cusum_fall", window, ends },
    { name: "activity_rise", kind: "cusum_rise", window, ends },
    ...(window >= WEEKDAY_DAYS
      ? [{ name: "weekday_change", kind: "weekday_change", window: WEEKDAY_DAYS } as const]
      : []),
    { name: `zero_rows_${window}d`, kind: "zero_rows", window },
    { name: `no_rows_${window}d`, kind: "no_rows", window },
  ];
}

const text = (half_life: HalfLife) => (half_life === "ever" ? "ever" : `${half_life}d`);
const span = ({ half_life, against }: { half_life: number; against: HalfLife }) => `${half_life}d_${text(against)}`;
