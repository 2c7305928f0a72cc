import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { type Correlation, pearson, spearman } from "./correlation.js";
import { midRanks } from "./ranks.js";

interface Case {
  name: string;
  x: (number | null)[];
  y: (number | null)[];
  n: number;
  pearson: number[];
  spearman: number[];
  ranks: number[];
}

const fixture = JSON.parse(readFileSync("test/fixtures/eda/statistics.json", "utf8")) as {
  correlations: Case[];
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
