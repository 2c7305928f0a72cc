import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { choosePeopleThreshold } from "./choose-threshold.js";
import { measurePeople } from "./people.js";
import { peopleCurve, type ScoredSnapshots } from "./people-curve.js";

interface Case extends Omit<ScoredSnapshots, "subscriber"> {
  subscriber: string[];
  cooling_off: number;
  thresholds: number[];
  counts: Record<"people" | "churners" | "flagged" | "contacts" | "found" | "in_time" | "false_alarms", number>[];
  best_profit: number;
  least_cost: number;
}
const path = new URL("../../test/fixtures/training/people.json", import.meta.url);
const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];
const campaign = { customerValue: 60, contactCost: 4, successRate: 0.3 };

describe("people at every threshold", () => {
  it.each(cases)("are those that pandas counts, cooling off $cooling_off days", (given) => {
    const { people, churners, steps } = peopleCurve(given, given.cooling_off);
    expect(steps.map((step) => step.probability)).toEqual(given.thresholds);
    for (const [i, step] of steps.entries()) {
      const { probability: _, inTime, falseAlarms, ...others } = step;
      expect({ people, churners, ...others, in_time: inTime, false_alarms: falseAlarms }).toEqual(given.counts[i]);
    }
  });
  it.each(cases)("give the threshold of most profit and of least cost, cooling off $cooling_off days", (given) => {
    const curve = peopleCurve(given, given.cooling_off);
    const profit = choosePeopleThreshold(curve, { rule: "profit", ...campaign });
    expect(profit.value).toBeCloseTo(given.best_profit, 9);
    const cost = choosePeopleThreshold(curve, { rule: "cost", falseAlarm: 1, missed: 3 });
    expect(cost.value).toBeCloseTo(given.least_cost, 9);
    // and that is what a walk at the threshold gives
    const there = measurePeople(given, { ...options, threshold: profit.threshold, coolingOff: given.cooling_off });
    expect((there.profit.value ?? 0) * there.people).toBeCloseTo(given.best_profit, 9);
  });
});

const options = { campaign, rounds: 0, seed: 1 };

describe("measurePeople", () => {
  // a leaver who is flagged twice before leaving, a late flag, a false alarm flagged three times, one left alone
  const label = [0, 1, 1, 0, 1, 0, 0, 0, 0, 0];
  const probability = [0.9, 0.9, 0.9, 0.1, 0.1, 0.9, 0.8, 0.8, 0.8, 0.1];
  const subscriber = ["a", "a", "a", "b", "b", "b", "c", "c", "c", "d"];
  const day = [0, 7, 14, 0, 7, 14, 0, 7, 14, 0];
  it("counts each person once, and contacts again after the cooling-off time", () => {
    const found = measurePeople(
      { label, probability, subscriber, day },
      { ...options, threshold: 0.5, coolingOff: 14 },
    );
    expect(found).toMatchObject({ people: 4, churners: 2, flagged: 3, contacts: 5, foundEarly: 0, days: [0, 14] });
    expect(found.confusion).toEqual({ truePositives: 1, falseNegatives: 1, falsePositives: 1, trueNegatives: 1 });
    expect(found.recall).toEqual({ value: 0.5, low: null, high: null });
    expect(found.lift.value).toBe(1);
    expect(found.profit.value).toBeCloseTo((0.3 * 60 - 5 * 4) / 4, 12);
  });
  it("says who was found too early to be saved: the contact before the horizon keeps him from another", () => {
    const found = measurePeople(
      { label, probability, subscriber, day },
      { ...options, threshold: 0.5, coolingOff: 30 },
    );
    expect(found).toMatchObject({ contacts: 3, foundEarly: 1 });
    expect(found.confusion.truePositives).toBe(1);
  });
  it("draws intervals over people, and says why a figure is missing", () => {
    const given = cases[0];
    const settings = { ...options, threshold: 0.3, coolingOff: 14, rounds: 200 };
    const found = measurePeople(given, settings);
    for (const { value, low, high } of [found.recall, found.precision, found.lift, found.profit]) {
      expect(low).toBeLessThan(value ?? 0);
      expect(high).toBeGreaterThan(value ?? 0);
    }
    expect(measurePeople(given, settings)).toEqual(found);
    // a person's rows in any number weigh as one: each row twice is no narrower
    const none = measurePeople(given, { ...settings, threshold: 2 });
    expect(none.precision).toMatchObject({ value: null, reason: "nobody is contacted" });
  });
});
