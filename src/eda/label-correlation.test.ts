import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Correlation, pearson, spearman } from "../statistics/correlation.js";
import { correlateWithLabel, trendLine } from "./label-correlation.js";
import { tally } from "./tally.js";

interface Case {
  name: string;
  x: (number | null)[];
  y: (number | null)[];
  fit: number[];
}

const fixture = JSON.parse(readFileSync("test/fixtures/eda/statistics.json", "utf8")) as { correlations: Case[] };
const column = (values: (number | null)[]) => Float64Array.from(values, (value) => value ?? Number.NaN);

function expectNear(actual: number | null, wanted: number, tolerance: number) {
  expect(Math.abs(actual! - wanted)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(wanted), 1e-300));
}

describe.each(fixture.correlations.filter(({ y }) => y.every((value) => value === null || value === 0 || value === 1)))(
  "$name",
  ({ x, y, fit }) => {
    const [a, b] = [column(x), column(y)];
    it("gives from the counts what it gives from the rows", () => {
      const found = correlateWithLabel("a", tally(a, b));
      for (const [name, wanted] of [
        ["pearson", pearson(a, b)],
        ["spearman", spearman(a, b)],
      ] as const) {
        for (const key of ["r", "n", "low", "high"] as const) expectNear(found[name][key], wanted[key]!, 1e-12);
        expectNear(found[name].p, wanted.p!, 1e-9);
      }
    });
    it("trendLine gives scipy's line", () => {
      const line = trendLine(tally(a, b))!;
      for (const [i, key] of (["slope", "intercept", "r2"] as const).entries()) expectNear(line[key], fit[i], 1e-10);
    });
  },
);

const undefinedFor = (found: Correlation, why: RegExp) => {
  expect(found).toMatchObject({ r: null, p: null, low: null, high: null });
  expect(found.why).toMatch(why);
};

describe("correlateWithLabel", () => {
  const of = (x: number[], y: number[]) => correlateWithLabel("x", tally(x, y));
  it("says why there is none, for ranks as well", () => {
    for (const name of ["pearson", "spearman"] as const) {
      undefinedFor(of([2, 2, 2, 2], [0, 1, 0, 1])[name], /column has only one/);
      undefinedFor(of([1, 2, 3, 4], [0, 0, 0, 0])[name], /label is always 0/);
      undefinedFor(of([1, 2, 3, 4], [1, 1, 1, 1])[name], /label is always 1/);
      undefinedFor(of([1, 2, 3, Number.NaN], [0, 1, Number.NaN, 1])[name], /only 2 rows/);
      undefinedFor(of([], [])[name], /only 0 rows/);
    }
    expect(trendLine(tally([2, 2, 2], [0, 1, 0]))).toBeNull();
    expect(trendLine(tally([1, 2, 3], [1, 1, 1]))).toBeNull();
  });
  it("is 1 for a column that is the label", () => {
    expect(of([0, 0, 1, 1], [0, 0, 1, 1])).toMatchObject({ pearson: { r: 1, p: 0 }, spearman: { r: 1, low: 1 } });
  });
});
