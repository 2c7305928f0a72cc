import { wilsonInterval } from "../../statistics/wilson-interval.js";
import type { LabelledRows } from "./feature-strength.js";

/** A group of snapshots that nearly all churned, or nearly none of a log in which most do. */
export interface OneSidedGroup {
  /** What the group is: "missing", "present", "other than 0". */
  group: string;
  snapshots: number;
  subscribers: number;
  churned: number;
  rate: number;
}

/** Subscribers that a group must have to say anything. */
const LEAST = 10;
/** Churn that a group has, by the lower limit of its interval, when a feature exists only after the event. */
const NEARLY_ALL = 0.9;

/**
 * Finds groups of a feature whose label is settled: who has a value at all, who has none, who has another than the usual one. Interval by people,
 * not snapshots (Wilson).
 */
export function oneSided(column: Float64Array, known: LabelledRows): OneSidedGroup[] {
  const { rows, churned } = known;
  const base = rows.length ? churned / rows.length : 0;
  const usual = mostCommon(column, rows);
  const tests: [string, (value: number) => boolean][] = [
    ["present", (value) => !Number.isNaN(value)],
    ["missing", (value) => Number.isNaN(value)],
    ...(usual === null
      ? []
      : ([[`other than ${usual}`, (value) => !Number.isNaN(value) && value !== usual]] as [
          string,
          (value: number) => boolean,
        ][])),
  ];
  const found = tests.flatMap(([group, belongs]) => {
    const counted = count(column, known, { group, belongs });
    const settled = counted.subscribers >= LEAST && counted.snapshots < rows.length;
    return settled && isSettled(counted, base) ? [counted] : [];
  });
  return found;
}

function isSettled({ rate, subscribers }: OneSidedGroup, base: number): boolean {
  const limits = wilsonInterval(rate * subscribers, subscribers);
  if (!limits) return false;
  return base < 0.5 ? limits.low >= NEARLY_ALL : limits.high <= 1 - NEARLY_ALL;
}

function count(
  column: Float64Array,
  { rows, label, cluster }: LabelledRows,
  { group, belongs }: { group: string; belongs: (value: number) => boolean },
): OneSidedGroup {
  const people = new Set<number>();
  let snapshots = 0;
  let churned = 0;
  for (let i = 0; i < rows.length; i++) {
    if (!belongs(column[rows[i]])) continue;
    snapshots++;
    churned += label[i];
    people.add(cluster[i]);
  }
  return { group, snapshots, subscribers: people.size, churned, rate: snapshots ? churned / snapshots : 0 };
}

/** The value that at least half of the snapshots with one have; null where there is none. */
function mostCommon(column: Float64Array, rows: Int32Array): number | null {
  // the majority vote of Boyer and Moore (1981)
  let candidate = Number.NaN;
  let votes = 0;
  let present = 0;
  for (const row of rows) {
    const value = column[row];
    if (Number.isNaN(value)) continue;
    present++;
    if (votes === 0) candidate = value;
    votes += value === candidate ? 1 : -1;
  }
  let seen = 0;
  for (const row of rows) if (column[row] === candidate) seen++;
  return 2 * seen > present ? candidate : null;
}
