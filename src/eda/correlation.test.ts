import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { studentTwoSided } from "../statistics/student-t.js";
import { wilsonInterval } from "../statistics/wilson-interval.js";
import { type Correlation, midRanks, pearson, spearman } from "./correlation.js";
import { correlateWithLabel, trendLine } from "./label-correlation.js";
import { sortDoubles } from "./sort-doubles.js";
import { tally } from "./tally.js";

interface Case {
  name: string;
  x: (number | null)[];
  y: (number | null)[];
  n: number;
  pearson: number[];
  spearman: number[];
  ranks: number[];
  fit: number[];
}

const fixture = JSON.parse(readFileSync("test/fixtures/eda/statistics.json", "utf8")) as {
  correlations: Case[];
  t: { t: number; df: number; p: number }[];
  wilson: { hits: number; n: number; low: number; high: number }[];
};
const column = (values: (number | null)[]) => Float64Array.from(values, (value) => value ?? Number.NaN);

function expectNear(actual: number | null, wanted: number, tolerance: number) {
  expect(Math.abs(actual! - wanted)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(wanted), 1e-300));
}

describe.each(fixture.correlations)("$name", ({ x, y, n, ...wanted }) => {
  const [a, b] = [column(x), column(y)];
  // numbers at 1e9 keep only seven digits of their differences
  const tolerance = x[0]! > 1e8 ? 1e-6 : 1e-9;
  it.each([
    ["pearson", pearson],
    ["spearman", spearman],
  ] as const)("%s gives scipy's coefficient, p-value and interval", (name, correlate) => {
    const found = correlate(a, b);
    const [r, p, low, high] = wanted[name] as [number, number, number, number];
    expect(found.n).toBe(n);
    expect(found.why).toBeNull();
    expectNear(found.r, r, tolerance);
    expectNear(found.p, p, tolerance * 100);
    expectNear(found.low, low, tolerance * 10);
    expectNear(found.high, high, tolerance * 10);
  });
  it("midRanks gives scipy's ranks", () => {
    const kept = a.filter((_, i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
    expect(Array.from(midRanks(kept))).toEqual(wanted.ranks);
  });
});

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

describe("correlation", () => {
  it.each([pearson, spearman])(
    "says why there is none: a constant column, a constant label, too few rows",
    (correlate) => {
      undefinedFor(correlate([2, 2, 2, 2], [0, 1, 0, 1]), /column has only one/);
      undefinedFor(correlate([1, 2, 3, 4], [1, 1, 1, 1]), /label is always/);
      undefinedFor(correlate([1, Number.NaN, 3, 4], [0, 1, Number.NaN, 1]), /only 2 rows/);
      undefinedFor(correlate([], []), /only 0 rows/);
    },
  );
  it.each([pearson, spearman])("is 1 with itself, −1 mirrored, and never beyond", (correlate) => {
    const x = Float64Array.from({ length: 100 }, (_, i) => 0.1 * i);
    expect(correlate(x, x)).toMatchObject({ r: 1, p: 0, low: 1, high: 1 });
    expect(
      correlate(
        x,
        x.map((value) => -3 * value),
      ).r,
    ).toBeCloseTo(-1, 14);
  });
  it.each([pearson, spearman])("does not change with the order of the rows nor with scale", (correlate) => {
    const r = random("permute");
    const x = Float64Array.from({ length: 500 }, () => r.int(20));
    const y = Float64Array.from({ length: 500 }, () => r.int(2));
    const order = [...x.keys()].sort(() => r.next() - 0.5);
    const shuffled = correlate(
      order.map((i) => 3 * x[i] + 7),
      order.map((i) => y[i]),
    );
    expect(shuffled.r).toBeCloseTo(correlate(x, y).r!, 12);
  });
  it("gives no interval for three rows, and says so", () => {
    expect(pearson([1, 2, 4], [0, 1, 1])).toMatchObject({ low: null, high: null, why: "an interval takes 4 rows" });
  });
  it("treats infinities as missing", () => {
    expect(pearson([1, 2, 3, 5, Infinity], [0, 1, 0, 1, 1])).toEqual(pearson([1, 2, 3, 5], [0, 1, 0, 1]));
  });
});

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

describe("sortDoubles", () => {
  it.each([100, 50_000])("sorts %i numbers as a comparison does: negative, tiny and huge ones, and equal ones", (n) => {
    const r = random("sort");
    const x = Float64Array.from({ length: n }, () => [r.normal(), r.int(5), -r.int(1e6), 1e300, 5e-324][r.int(5)]);
    const before = x.slice();
    expect(Array.from(sortDoubles(x))).toEqual(Array.from(x).sort((a, b) => a - b));
    expect(x).toEqual(before);
  });
  it("sorts a part of a larger array", () => {
    const x = Float64Array.from({ length: 60_000 }, (_, i) => 60_000 - i + 0.5);
    expect(Array.from(sortDoubles(x.subarray(7, 40_007)).subarray(0, 3))).toEqual([19994.5, 19995.5, 19996.5]);
  });
});

describe("studentTwoSided", () => {
  it.each(fixture.t)("is scipy's for t = $t with $df degrees of freedom", ({ t, df, p }) => {
    expectNear(studentTwoSided(t, df), p, 1e-9);
    expect(studentTwoSided(-t, df)).toBe(studentTwoSided(t, df));
  });
});

describe("wilsonInterval", () => {
  it.each(fixture.wilson)("is scipy's for $hits of $n", ({ hits, n, low, high }) => {
    const interval = wilsonInterval(hits, n)!;
    expect(interval.low).toBeCloseTo(low, 14);
    expect(interval.high).toBeCloseTo(high, 14);
  });
  it("is null for nothing", () => {
    expect(wilsonInterval(0, 0)).toBeNull();
  });
});
