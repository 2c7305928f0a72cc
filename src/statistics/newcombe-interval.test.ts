import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { newcombeInterval } from "./newcombe-interval.js";

interface Fixture {
  made_by: string;
  cases: { hits: number; n: number; otherHits: number; otherN: number; low: number; high: number }[];
}
const path = new URL("../../test/fixtures/statistics/newcombe.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;

describe("newcombeInterval", () => {
  it(`agrees with ${fixture.made_by}, to 1e-12`, () => {
    for (const { hits, n, otherHits, otherN, low, high } of fixture.cases) {
      const ours = newcombeInterval(hits, n, otherHits, otherN);
      expect(ours?.difference).toBe(hits / n - otherHits / otherN);
      expect(ours?.low).toBeCloseTo(low, 12);
      expect(ours?.high).toBeCloseTo(high, 12);
    }
  });
  it("turns round with its groups", () => {
    const there = newcombeInterval(9, 30, 4, 50);
    const back = newcombeInterval(4, 50, 9, 30);
    expect(back?.low).toBeCloseTo(-(there?.high ?? 0), 15);
    expect(back?.high).toBeCloseTo(-(there?.low ?? 0), 15);
  });
  it("is null where a group is empty", () => {
    expect(newcombeInterval(1, 2, 0, 0)).toBeNull();
    expect(newcombeInterval(0, 0, 1, 2)).toBeNull();
  });
});
