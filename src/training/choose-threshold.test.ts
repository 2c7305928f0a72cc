import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { confusion, f1 } from "../statistics/confusion.js";
import { chooseF1Threshold, choosePeopleThreshold, type ThresholdRule } from "./choose-threshold.js";
import { peopleCurve } from "./people-curve.js";

const label = [1, 0, 1, 0, 0, 1, 0, 0];
const probability = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2, 0.1];

/** Of people with one snapshot each. */
const ofPeople = (labels: number[], scores: number[], rule: Exclude<ThresholdRule, { rule: "f1" }>) =>
  choosePeopleThreshold(
    peopleCurve(
      {
        label: labels,
        probability: scores,
        subscriber: labels.map((_, i) => `s${i}`),
        day: labels.map(() => 0),
      },
      14,
    ),
    rule,
  );

describe("a threshold", () => {
  it("f1: no other cut has a better F1", () => {
    const path = new URL("../../test/fixtures/training/metrics.json", import.meta.url);
    const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: { label: number[]; score: number[] }[] };
    for (const { label, score } of cases) {
      const { threshold, value } = chooseF1Threshold(label, score);
      const all = score.map((cut) => f1(confusion(label, score, cut))!);
      expect(value).toBeCloseTo(Math.max(...all), 14);
      expect(f1(confusion(label, score, threshold))).toBeCloseTo(value, 14);
    }
  });
  it("cost: dear misses flag more, dear false alarms fewer", () => {
    const misses = ofPeople(label, probability, { rule: "cost", falseAlarm: 1, missed: 10 });
    const alarms = ofPeople(label, probability, { rule: "cost", falseAlarm: 10, missed: 1 });
    expect(misses.threshold).toBeCloseTo(0.3, 12);
    expect(misses.value).toBe(3);
    expect(alarms.threshold).toBeCloseTo(0.85, 12);
    expect(alarms.value).toBe(2);
  });
  it("profit: value of the saved less the cost of all contacts", () => {
    const campaign = { customerValue: 100, contactCost: 20, successRate: 0.5 };
    const choice = ofPeople(label, probability, { rule: "profit", ...campaign });
    expect(choice.threshold).toBeCloseTo(0.65, 12);
    expect(choice.value).toBe(2 * 50 - 3 * 20);
  });
  it("flags nobody when contacts never pay, and everybody when they cost nothing", () => {
    const never = ofPeople(label, probability, {
      rule: "profit",
      customerValue: 1,
      contactCost: 20,
      successRate: 0.5,
    });
    expect(never).toEqual({ threshold: 0.95, value: 0 });
    const certain = ofPeople([0, 0], [1, 1], { rule: "cost", falseAlarm: 1, missed: 1 });
    expect(certain.threshold).toBeGreaterThan(1);
    const free = ofPeople([0, 1], [0.9, 0.1], { rule: "cost", falseAlarm: 0, missed: 1 });
    expect(free.threshold).toBe(0);
  });
  it("never cuts between equal scores", () => {
    const { threshold } = chooseF1Threshold([1, 0, 1, 0], [0.6, 0.6, 0.6, 0.2]);
    expect(threshold).toBeCloseTo(0.4, 12);
  });
});
