import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { Dataset } from "./dataset.js";
import { isHeldOut } from "./held-out.js";

/** Which rows train and which test, and what became of the others. */
export interface Split {
  /** Rows that train, by place in the data set. */
  train: Int32Array;
  /** Rows that test. */
  test: Int32Array;
  /** First day of the test snapshots; null when the split is by subscriber alone. */
  firstTestDay: number | null;
  /** Rows in neither part, by reason. */
  dropped: {
    /** Label not known. */
    unlabelled: number;
    /** Of these the ones on days of which other labels are known: nothing was seen of the subscriber, or a day is not covered. */
    unseen: number;
    /** Held-out subscribers on days before the test, and the others on test days. */
    otherSide: number;
    /** Label windows that reach into the test days. */
    overlapping: number;
  };
  /** The split in one sentence, as a person reads it. */
  note: string;
}

/** How to split: shares of snapshot days and of subscribers, in (0, 1). */
export interface SplitOptions {
  testDays: number;
  testSubscribers: number;
  seed: string | number;
}

/**
 * Splits snapshots by time and by subscriber.
 *
 * The test has the last snapshot days of held-out subscribers. The training has the other subscribers, on days whose label
 * window ends before the first test day; so no subscriber and no day of outcome is on both sides. With fewer than three
 * labelled snapshot days, or none early enough, the split is by subscriber alone, and the note says so.
 *
 * @throws ChurnError NO_DATA when a part is empty or has one class only
 */
export function splitSnapshots(dataset: Dataset, options: SplitOptions): Split {
  const { label, day, subscriber, horizon } = dataset;
  const rows = label.length;
  const labelled = new Set<number>();
  for (let i = 0; i < rows; i++) if (!Number.isNaN(label[i])) labelled.add(day[i]);
  const days = [...labelled].sort((a, b) => a - b);

  const testCount = Math.min(days.length - 1, Math.max(1, Math.round(days.length * options.testDays)));
  const firstTestDay = days[days.length - testCount];
  const byTime = days.length >= 3 && days[0] + horizon <= firstTestDay;

  const held = new Map<string, boolean>();
  const isHeld = (id: string) => {
    let answer = held.get(id);
    if (answer === undefined) {
      answer = isHeldOut(id, options.testSubscribers, options.seed);
      held.set(id, answer);
    }
    return answer;
  };

  const train: number[] = [];
  const test: number[] = [];
  const dropped = { unlabelled: 0, unseen: 0, otherSide: 0, overlapping: 0 };
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(label[i])) {
      dropped.unlabelled++;
      if (labelled.has(day[i])) dropped.unseen++;
      continue;
    }
    const tests = isHeld(subscriber[i]);
    const late = byTime ? day[i] >= firstTestDay : tests;
    if (tests !== late) dropped.otherSide++;
    else if (tests) test.push(i);
    else if (byTime && day[i] + horizon > firstTestDay) dropped.overlapping++;
    else train.push(i);
  }

  const split: Split = {
    train: Int32Array.from(train),
    test: Int32Array.from(test),
    firstTestDay: byTime ? firstTestDay : null,
    dropped,
    note: "",
  };
  requireBothClasses("training", split.train, label, dropped);
  requireBothClasses("test", split.test, label, dropped);
  split.note = describe(split, dataset, days.length);
  return split;
}

function requireBothClasses(part: string, rows: Int32Array, label: Float64Array, dropped: Split["dropped"]): void {
  let churned = 0;
  for (const row of rows) churned += label[row];
  if (churned > 0 && churned < rows.length) return;
  const { unlabelled, otherSide, overlapping } = dropped;
  throw new ChurnError(
    "NO_DATA",
    `the ${part} part needs both classes: it has ${rows.length} rows, ${churned} of them churned ` +
      `(of the others ${unlabelled} have no label, ${otherSide} are on the other side, ${overlapping} overlap the test)`,
    { hint: "load more subscribers or days, or set test_days and test_subscribers" },
  );
}

function describe(split: Split, { day, horizon }: Dataset, days: number): string {
  const sizes = `${count(split.train.length)} rows train, ${count(split.test.length)} test`;
  const { unlabelled, unseen, otherSide, overlapping } = split.dropped;
  const left =
    `; left out: ${count(otherSide)} of subscribers on the other side, ${count(overlapping)} whose label window ` +
    `reaches the test days, ${count(unlabelled)} without a label` +
    (unseen
      ? ` (${count(unseen)} of them on days of which other labels are known: nothing was seen of the subscriber)`
      : "");
  if (split.firstTestDay === null) {
    const why =
      days < 3
        ? `there are ${days} labelled snapshot days and a split by time needs 3`
        : `no snapshot is ${horizon} days (the horizon) before the test days`;
    return `split by subscriber only, because ${why}: ${sizes}${left}`;
  }
  let last = Number.NEGATIVE_INFINITY;
  for (const row of split.train) last = Math.max(last, day[row]);
  return (
    `split by time and subscriber: ${sizes}; training snapshots end on ${dateOf(last)}, ` +
    `test snapshots start on ${dateOf(split.firstTestDay)}${left}`
  );
}

const count = (rows: number) => rows.toLocaleString("en-US");
