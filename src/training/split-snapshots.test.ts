import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import type { Dataset } from "./dataset.js";
import { isHeldOut } from "./held-out.js";
import { splitSnapshots } from "./split-snapshots.js";

/** Snapshots of every subscriber on every day; the label is drawn. */
function snapshots(subscribers: number, days: number[], horizon: number, known: (day: number) => boolean = () => true) {
  const r = random("split");
  const data: Dataset = {
    features: [],
    columns: [],
    label: new Float64Array(),
    subscriber: [],
    day: new Int32Array(),
    horizon,
  };
  const label: number[] = [];
  const day: number[] = [];
  for (let s = 0; s < subscribers; s++) {
    for (const d of days) {
      data.subscriber.push(`s${s}`);
      day.push(d);
      label.push(known(d) ? Number(r.next() < 0.3) : Number.NaN);
    }
  }
  return { ...data, label: Float64Array.from(label), day: Int32Array.from(day) };
}
const options = { testDays: 0.3, testSubscribers: 0.3, seed: 1 };
const days = [100, 107, 114, 121, 128, 135, 142];

describe("splitSnapshots", () => {
  const data = snapshots(400, days, 14, (day) => day < 142);
  const split = splitSnapshots(data, options);
  const subscribersOf = (rows: Int32Array) => new Set(Array.from(rows, (row) => data.subscriber[row]));

  it("puts no subscriber on both sides", () => {
    const train = subscribersOf(split.train);
    for (const id of subscribersOf(split.test)) expect(train.has(id)).toBe(false);
  });
  it("ends every label window of the training before the first test day", () => {
    expect(split.firstTestDay).toBe(128);
    expect(Math.max(...Array.from(split.train, (row) => data.day[row] + 14))).toBeLessThanOrEqual(128);
    expect(Math.min(...Array.from(split.test, (row) => data.day[row]))).toBe(128);
  });
  it("leaves out rows without a label, and counts all that it leaves out", () => {
    expect(split.dropped.unlabelled).toBe(400);
    const { unlabelled, otherSide, overlapping } = split.dropped;
    expect(split.train.length + split.test.length + unlabelled + otherSide + overlapping).toBe(2800);
    expect(split.note).toMatch(
      /split by time and subscriber: [\d,]+ rows train.*start on 1970-05-09.*400 without a label/,
    );
  });
  it("keeps a held-out subscriber held out when others come or go", () => {
    const fewer = snapshots(200, days, 14);
    const test = splitSnapshots(fewer, options).test;
    const before = subscribersOf(split.test);
    for (const row of test) expect(before.has(fewer.subscriber[row])).toBe(true);
  });
  it("holds out about the share that is asked for, others with another seed", () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `91${i}`);
    const held = ids.filter((id) => isHeldOut(id, 0.3, 1));
    expect(Math.abs(held.length - 3000)).toBeLessThan(150);
    const both = held.filter((id) => isHeldOut(id, 0.3, 2)).length;
    expect(Math.abs(both - 900)).toBeLessThan(100);
  });
  it("splits by subscriber only when there are one or two snapshot days, and says so", () => {
    for (const few of [[100], [100, 107]]) {
      const result = splitSnapshots(snapshots(300, few, 14), options);
      expect(result.firstTestDay).toBeNull();
      expect(result.note).toMatch(/split by subscriber only/);
      expect(result.train.length + result.test.length).toBe(300 * few.length);
    }
  });
  it("splits by subscriber only when no snapshot is early enough for the horizon", () => {
    const result = splitSnapshots(snapshots(300, [100, 107, 114], 60), options);
    expect(result.note).toMatch(
      /split by subscriber only, because no snapshot is 60 days \(the horizon\) before the test days/,
    );
  });
  it("refuses a part with one class, with the counts", () => {
    const one = snapshots(100, days, 14);
    one.label.fill(0);
    expect(() => splitSnapshots(one, options)).toThrow(
      /training part needs both classes: it has \d+ rows, 0 of them churned/,
    );
    const none = snapshots(100, days, 14, () => false);
    expect(() => splitSnapshots(none, options)).toThrow(/it has 0 rows.*700 have no label/);
  });
});
