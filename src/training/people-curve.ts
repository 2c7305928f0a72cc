import { argsort } from "../statistics/argsort.js";
import { numberNames } from "./number-names.js";

/** Snapshots of people: several a subscriber, each with a label and a probability. */
export interface ScoredSnapshots {
  /** 0 or 1 a row. */
  label: ArrayLike<number>;
  /** In [0, 1] a row, from a model that did not train on the row. */
  probability: ArrayLike<number>;
  subscriber: readonly string[];
  /** Snapshot day, days since 1970-01-01. */
  day: ArrayLike<number>;
}

/** What a campaign does to people when it contacts those at or above a threshold, day after day. */
export interface PeopleReached {
  /** People contacted at least once. */
  flagged: number;
  /** Contacts in all: a person is contacted again when the cooling-off time is over. */
  contacts: number;
  /** Churners contacted at or before their last snapshot before leaving. */
  found: number;
  /** Of these, churners contacted when they were to leave within the horizon: those whom a contact can save. */
  inTime: number;
  /** People who stayed, contacted at least once. */
  falseAlarms: number;
}

/** The people of some snapshots, and what each threshold does to them. */
export interface PeopleCurve {
  people: number;
  /** People of whom a snapshot has label 1. */
  churners: number;
  /** From nobody contacted to everybody: one step a distinct probability, which is the lowest contacted. */
  steps: (PeopleReached & { probability: number })[];
}

/** The snapshots of each person in the order of their days. */
export function walksOf({ subscriber, day }: Pick<ScoredSnapshots, "subscriber" | "day">): Int32Array[] {
  const { numbers, size } = numberNames(subscriber);
  const rows: number[][] = Array.from({ length: size }, () => []);
  for (const [row, person] of numbers.entries()) rows[person].push(row);
  return rows.map((own) => Int32Array.from(own.sort((a, b) => day[a] - day[b])));
}

/** Whom a campaign reaches, for one person. */
export interface Walk extends PeopleReached {
  churner: boolean;
}

/**
 * Walks one person's snapshots in the order of time: contacted at the first that is at or above the threshold, and again
 * only after the cooling-off time.
 *
 * @param rows of the person, by day
 * @param coolingOff days after a contact in which there is no other
 */
export function walk(
  { label, probability, day }: ScoredSnapshots,
  rows: ArrayLike<number>,
  threshold: number,
  coolingOff: number,
): Walk {
  let lastChance = -1;
  for (let i = 0; i < rows.length; i++) if (label[rows[i]] === 1) lastChance = i;
  let contacts = 0;
  let found = 0;
  let inTime = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (probability[row] < threshold || day[row] - last < coolingOff) continue;
    last = day[row];
    contacts++;
    if (i <= lastChance) found = 1;
    if (label[row] === 1) inTime = 1;
  }
  const flagged = Math.min(1, contacts);
  const churner = lastChance >= 0;
  return { churner, flagged, contacts, found, inTime, falseAlarms: churner ? 0 : flagged };
}

const FIELDS = ["flagged", "contacts", "found", "inTime", "falseAlarms"] as const;

/**
 * Counts people at every threshold: exact, at each distinct probability.
 *
 * What happens to a person changes only where the threshold passes a probability of his own, so the steps are sums of such
 * changes; a table of n rows with k snapshots a person costs n·k and a sort.
 */
export function peopleCurve(snapshots: ScoredSnapshots, coolingOff: number): PeopleCurve {
  const { probability } = snapshots;
  const walks = walksOf(snapshots);
  const at: number[] = [];
  const change: number[] = [];
  let churners = 0;
  for (const rows of walks) {
    const own = [...new Set(Array.from(rows, (row) => probability[row]))].sort((a, b) => b - a);
    let before = [0, 0, 0, 0, 0];
    for (const [i, threshold] of own.entries()) {
      const here = walk(snapshots, rows, threshold, coolingOff);
      if (i === 0 && here.churner) churners++;
      const now = FIELDS.map((field) => here[field]);
      at.push(threshold);
      change.push(...now.map((value, k) => value - before[k]));
      before = now;
    }
  }
  const order = argsort(Float64Array.from(at)).reverse();
  const sums = [0, 0, 0, 0, 0];
  const steps: PeopleCurve["steps"] = [];
  for (const [i, place] of order.entries()) {
    for (let k = 0; k < sums.length; k++) sums[k] += change[5 * place + k];
    if (i + 1 < order.length && at[order[i + 1]] === at[place]) continue;
    const [flagged, contacts, found, inTime, falseAlarms] = sums;
    steps.push({ probability: at[place], flagged, contacts, found, inTime, falseAlarms });
  }
  return { people: walks.length, churners, steps };
}
