import type { HalfLife, StandardFeature } from "./standard-features.js";

/** What a person calls a feature that only the standard set has: "outgoing calls, usual of 5 days (log)". */
export function standardTitle(feature: StandardFeature, measured: (name: string) => { title: string }): string {
  const of = (name: string) => measured(name).title;
  switch (feature.kind) {
    case "level":
      return `${of(feature.measure)}, ${usual(feature.half_life)} per active day (log)`;
    case "level_change":
      return `${of(feature.measure)}, ${usual(feature.half_life)} against ${usual(feature.against)} (log ratio)`;
    case "activity_level":
      return `share of active days, ${usual(feature.half_life)}`;
    case "activity_change":
      return `share of active days, ${usual(feature.half_life)} less ${usual(feature.against)}`;
    case "out_level":
      return `${of(feature.outgoing)} against ${of(feature.incoming)}, ${usual(feature.half_life)} (log ratio)`;
    case "own_level":
      return `${of(feature.measure)}, last ${days(feature.window)} against own days before (standard deviations)`;
    case "own_level_all":
      return `all use, last ${days(feature.window)} against own days before (standard deviations)`;
    case "cusum_fall":
      return "fall of all activity that lasts (cumulative sum, standard deviations)";
    case "cusum_rise":
      return "rise of all activity that lasts (cumulative sum, standard deviations)";
    case "weekday_change":
      return "all activity, last 3 days less the same days of the week before (log)";
    case "breadth":
      return `kinds of use in the last ${days(feature.window)}`;
    case "zero_rows":
      return `days of the last ${feature.window} with a record of no activity`;
    case "no_rows":
      return `days of the last ${feature.window} without a record`;
  }
}

/** What a feature that only the standard set has is, in one sentence. */
export function standardMeaning(feature: StandardFeature): string {
  switch (feature.kind) {
    case "level":
      return `Logarithm of 1 + the amount per active day; ${weights(feature.half_life)}.`;
    case "level_change":
      return "Level of the recent days less that of a longer time, both logarithms: −0.7 is half of the usual, 0.7 twice as much.";
    case "activity_level":
      return `Share of active days since the first record; ${weights(feature.half_life)}.`;
    case "activity_change":
      return "Share of active days of the recent days less that of a longer time.";
    case "out_level":
      return "Level of what goes out less level of what comes in, both logarithms: 0.7 is twice as much out as in.";
    case "own_level":
      return "Mean logarithm of the window's active days less that of the subscriber's earlier active days, in standard deviations of the latter and at least 0.1; missing with fewer than 5 earlier ones, or none in the window.";
    case "own_level_all":
      return "Mean over all measures of the recent level against the subscriber's own earlier days, in standard deviations.";
    case "cusum_fall":
    case "cusum_rise":
      return `Page's cumulative sum of the logarithms of all use against the subscriber's own mean, in standard deviations less 0.25 a day, the largest over the last ${feature.ends.join(", ")} days; missing in the first 14 days.`;
    case "weekday_change":
      return "Mean of the logarithms of all use over the last three days less that of the same days of the week in the three weeks before; missing in the first 24 days.";
    case "breadth":
      return "How many measures have any use in the window.";
    case "zero_rows":
      return "Days of the window that have a record, of no activity at all.";
    case "no_rows":
      return "Days of the window, since the first record, that have no record.";
  }
}

const days = (count: number) => `${count} ${count === 1 ? "day" : "days"}`;
const usual = (life: HalfLife) => (life === "ever" ? "all time" : `recent (half-life ${days(life)})`);
const weights = (life: HalfLife) =>
  life === "ever" ? "every day since the first counts alike" : `a day counts half as much as one ${days(life)} later`;
