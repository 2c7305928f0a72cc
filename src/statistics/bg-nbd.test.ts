import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BgNbd, expectedActivities, fitBgNbd, probabilityAlive, probabilityOfNone } from "./bg-nbd.js";
import { digamma, logGamma } from "./special-functions.js";

const path = new URL("../../test/fixtures/training/bg-nbd.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  made_by: string;
  frequency: number[];
  recency: number[];
  age: number[];
  params: BgNbd;
  some: { frequency: number[]; recency: number[]; age: number[] };
  alive: number[];
  expected: Record<string, number[]>;
};
const cdnow = { x: fixture.frequency, recency: fixture.recency, age: fixture.age };
const some = fixture.some.frequency.map((x, i) => ({ x, recency: fixture.some.recency[i], age: fixture.some.age[i] }));

describe("BG/NBD", () => {
  it(`fits the CDNOW cohort as ${fixture.made_by} and as the paper: r .243, alpha 4.414, a .793, b 2.426`, () => {
    const fit = fitBgNbd(cdnow)!;
    for (const name of ["r", "alpha", "a", "b"] as const) expect(fit[name] / fixture.params[name]).toBeCloseTo(1, 2);
    expect(fit.r).toBeCloseTo(0.243, 2);
    expect(fit.alpha).toBeCloseTo(4.414, 1);
    expect(fit.a).toBeCloseTo(0.793, 1);
    expect(fit.b).toBeCloseTo(2.426, 0);
  });
  it("does not depend on the unit of time", () => {
    const weeks = fitBgNbd(cdnow)!;
    const days = fitBgNbd({ x: cdnow.x, recency: cdnow.recency.map((t) => 7 * t), age: cdnow.age.map((t) => 7 * t) })!;
    expect(days.alpha / weeks.alpha).toBeCloseTo(7, 6);
    expect(days.r).toBeCloseTo(weeks.r, 8);
  });
  it(`says who is alive, and what is to be expected, as ${fixture.made_by}`, () => {
    for (const [i, customer] of some.entries()) {
      expect(probabilityAlive(fixture.params, customer)).toBeCloseTo(fixture.alive[i], 10);
      for (const [time, expected] of Object.entries(fixture.expected)) {
        expect(expectedActivities(fixture.params, customer, Number(time))).toBeCloseTo(expected[i], 8);
      }
    }
  });
  it("gives a chance of no activity that falls with time to the chance of having stopped", () => {
    for (const customer of some) {
      const chances = [0, 1, 10, 100, 1e9].map((time) => probabilityOfNone(fixture.params, customer, time));
      expect(chances[0]).toBeCloseTo(1, 12);
      for (let k = 1; k < chances.length; k++) expect(chances[k]).toBeLessThan(chances[k - 1]);
      expect(chances[4]).toBeGreaterThan(1 - probabilityAlive(fixture.params, customer) - 1e-9);
    }
  });
  it("has no fit of customers who never came again", () => {
    expect(fitBgNbd({ x: [0, 0], recency: [0, 0], age: [10, 20] })).toBeNull();
    expect(fitBgNbd({ x: [], recency: [], age: [] })).toBeNull();
  });
  it("uses a digamma that is the slope of ln Γ", () => {
    for (const x of [0.1, 0.9, 1, 3.7, 40]) {
      expect(digamma(x)).toBeCloseTo((logGamma(x + 1e-5) - logGamma(x - 1e-5)) / 2e-5, 6);
    }
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 12);
  });
});
