import { random } from "../core/random.js";
import type { Confusion } from "../statistics/confusion.js";
import { type Campaign, campaignProfit } from "./choose-threshold.js";
import { type Estimate, percentileInterval } from "./evaluate.js";
import { type ScoredSnapshots, type Walk, walk, walksOf } from "./people-curve.js";

/** What the model does to people at its threshold, each counted once, walked through the snapshots in time. */
export interface People {
  people: number;
  /** People of whom a snapshot has label 1. */
  churners: number;
  /** People contacted at least once, and contacts in all. */
  flagged: number;
  contacts: number;
  /** Churners found, but never within the horizon before leaving: too early for a contact to save them. */
  foundEarly: number;
  /** Days after a contact in which a person is not contacted again. */
  coolingOff: number;
  /** First and last snapshot day, since 1970-01-01. */
  days: [first: number, last: number];
  confusion: Confusion;
  /** Share of the churners who are found, and of the people found or falsely alarmed who are found. */
  recall: Estimate;
  precision: Estimate;
  /** Precision above the share of churners among all people. */
  lift: Estimate;
  /** Profit of the campaign a person, contacted or not, over all the days. */
  profit: Estimate;
}

/** The rule by which people are counted, in one sentence. */
export const peopleRule = (coolingOff: number): string =>
  `a person is contacted at the first flagged snapshot and again after ${coolingOff} ${coolingOff === 1 ? "day" : "days"} at the earliest; ` +
  "a churner is a person of whom any snapshot has label 1, found when contacted at or before the last such snapshot";

/** How `measurePeople` counts. */
export interface PeopleOptions {
  threshold: number;
  coolingOff: number;
  campaign: Campaign;
  /** Draws of people for the intervals; 0 for none. */
  rounds: number;
  seed: string | number;
}

type Sums = Record<Exclude<keyof Walk, "churner"> | "people" | "churners", number>;

/** Counts people at a threshold, with percentile bootstrap intervals over people (Efron 1979). */
export function measurePeople(
  snapshots: ScoredSnapshots,
  { threshold, coolingOff, campaign, rounds, seed }: PeopleOptions,
): People {
  const walks = walksOf(snapshots).map((rows) => walk(snapshots, rows, threshold, coolingOff));
  const values = ratesOf(
    sumOf(walks, () => 1),
    campaign,
  );
  const draws: Record<keyof typeof values, number[]> = { recall: [], precision: [], lift: [], profit: [] };
  const names = Object.keys(draws) as (keyof typeof values)[];
  const draw = random(`${seed}/people`);
  const times = new Int32Array(walks.length);
  for (let round = 0; round < rounds; round++) {
    times.fill(0);
    for (let i = 0; i < times.length; i++) times[draw.int(times.length)]++;
    const drawn = ratesOf(
      sumOf(walks, (i) => times[i]),
      campaign,
    );
    for (const name of names) {
      const value = drawn[name];
      if (value !== null) draws[name].push(value);
    }
  }
  const whole = sumOf(walks, () => 1);
  const estimate = (name: keyof typeof values): Estimate => {
    const found = { value: values[name], ...percentileInterval(draws[name], rounds) };
    return found.value === null ? { ...found, reason: REASONS[name] } : found;
  };
  const { people, churners, flagged, contacts, found, inTime, falseAlarms } = whole;
  return {
    people,
    churners,
    flagged,
    contacts,
    foundEarly: found - inTime,
    coolingOff,
    days: daysOf(snapshots.day),
    confusion: {
      truePositives: found,
      falsePositives: falseAlarms,
      falseNegatives: churners - found,
      trueNegatives: people - churners - falseAlarms,
    },
    recall: estimate("recall"),
    precision: estimate("precision"),
    lift: estimate("lift"),
    profit: estimate("profit"),
  };
}

const REASONS = {
  recall: "nobody churned",
  precision: "nobody is contacted",
  lift: "nobody is contacted, or nobody churned",
  profit: "there is nobody",
};

function sumOf(walks: readonly Walk[], times: (person: number) => number): Sums {
  const sums: Sums = { people: 0, churners: 0, flagged: 0, contacts: 0, found: 0, inTime: 0, falseAlarms: 0 };
  for (const [i, own] of walks.entries()) {
    const n = times(i);
    sums.people += n;
    if (own.churner) sums.churners += n;
    sums.flagged += n * own.flagged;
    sums.contacts += n * own.contacts;
    sums.found += n * own.found;
    sums.inTime += n * own.inTime;
    sums.falseAlarms += n * own.falseAlarms;
  }
  return sums;
}

function ratesOf({ people, churners, contacts, found, inTime, falseAlarms }: Sums, campaign: Campaign) {
  const rate = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const precision = rate(found, found + falseAlarms);
  return {
    recall: rate(found, churners),
    precision,
    lift: precision === null || churners === 0 ? null : precision / (churners / people),
    profit: people === 0 ? null : campaignProfit(inTime, contacts, campaign) / people,
  };
}

function daysOf(day: ArrayLike<number>): [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < day.length; i++) {
    first = Math.min(first, day[i]);
    last = Math.max(last, day[i]);
  }
  return [first, last];
}
