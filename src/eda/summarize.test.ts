import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { quantiles } from "../statistics/quantile.js";
import { inMemory } from "../store/memory-database.js";
import { byDay } from "./by-day.js";
import { churnRates } from "./churn-rates.js";
import { summarize } from "./summarize.js";
import { tally } from "./tally.js";
import { readTally, tallySql } from "./tally-sql.js";

const { summaries } = JSON.parse(readFileSync("test/fixtures/eda/statistics.json", "utf8")) as {
  summaries: {
    name: string;
    values: number[];
    distinct: number;
    zeros: number;
    quantiles: number[];
    mean: number;
    sd: number;
  }[];
};

describe("summarize", () => {
  it.each(summaries)("gives numpy's numbers for $name", ({ name, values, distinct, zeros, quantiles, mean, sd }) => {
    const found = summarize(name, tally(Float64Array.of(Number.NaN, ...values, Infinity)));
    expect(found).toMatchObject({ column: name, count: values.length, missing: 2, distinct, zeros });
    expect([found.min, found.max]).toEqual([Math.min(...values), Math.max(...values)]);
    for (const [i, key] of (["q05", "q25", "median", "q75", "q95"] as const).entries()) {
      expect(found[key]!).toBeCloseTo(quantiles[i], 9);
    }
    expect(found.mean! / mean).toBeCloseTo(1, 12);
    expect(found.sd! / sd).toBeCloseTo(1, 10);
  });
  it("tells whole numbers from others", () => {
    expect(summarize("calls", tally([1, 2, Number.NaN])).type).toBe("integer");
    expect(summarize("volume", tally([1, 2.5])).type).toBe("number");
  });
  it("gives null, never NaN, for a column without values", () => {
    for (const values of [[], [Number.NaN]]) {
      const found = summarize("empty", tally(values));
      expect(found).toMatchObject({ count: 0, distinct: 0, min: null, median: null, max: null, mean: null, sd: null });
      expect(Object.values(found)).not.toContain(Number.NaN);
    }
  });
  it("gives no deviation for one value", () => {
    expect(summarize("a", tally([4]))).toMatchObject({ mean: 4, sd: null, q05: 4, q95: 4 });
  });
});

describe("quantiles", () => {
  it("are those of the rows, however often a value stands in them", () => {
    const r = random("quantiles");
    for (let round = 0; round < 50; round++) {
      const rows = Array.from({ length: 1 + r.int(30) }, () => r.int(4) / 2).sort((a, b) => a - b);
      const shares = [0, 0.1, 0.33, 0.5, 0.9, 1];
      const wanted = shares.map((share) => {
        const at = share * (rows.length - 1);
        const low = rows[Math.floor(at)];
        return low + (at % 1) * ((rows[Math.floor(at) + 1] ?? low) - low);
      });
      const counted = tally(rows);
      expect([...quantiles(counted.values, shares, counted.rows)!]).toEqual(wanted);
    }
  });
});

describe("tally", () => {
  const label = [0, 1, 0, 1, Number.NaN, 0, 2, 1, 0, 1];
  it.each([
    ["whole numbers", [3, 3, -2, 0, 0, Number.NaN, 3, -0, Infinity, 7]],
    ["amounts", [0.5, 0.5, -2.25, 0, 0, Number.NaN, 0.5, -0, Infinity, 7]],
    ["amounts above zero", [0.5, 0.5, 1, 1, 2, Number.NaN, 0.5, 1, Infinity, 7]],
    ["amounts below zero", [-0.5, -0.5, -1, 0, -2, Number.NaN, -0.5, -1, Infinity, -7]],
    ["numbers that span too much for an array", [1e12, 1e12, 3, 3, 0, Number.NaN, 3, 0, Infinity, 7]],
  ])("counts %s by value and class, as the database does", async (_, column) => {
    const wanted = [...new Set(column.filter(Number.isFinite).map((value) => value + 0))].sort((a, b) => a - b);
    const count = (test: (label: number) => boolean) =>
      wanted.map((value) => column.filter((other, i) => other === value && test(label[i])).length);
    const here = tally(column, label);
    expect({ ...here }).toEqual({
      values: Float64Array.from(wanted),
      rows: Float64Array.from(count(() => true)),
      stayed: Float64Array.from(count((l) => l === 0)),
      churned: Float64Array.from(count((l) => l === 1)),
      missing: 2,
    });
    const there = await inMemory(async (db) => {
      await db.run("CREATE TABLE t (value DOUBLE, label TINYINT)");
      for (const [i, value] of column.entries()) {
        const known = Number.isNaN(label[i]) ? null : label[i];
        await db.run("INSERT INTO t VALUES ($1, $2)", [Number.isNaN(value) ? null : value, known]);
      }
      return readTally(await db.columns(tallySql("value", "label", "t")));
    });
    expect(there).toEqual(here);
  });
  it("counts nothing in no rows", () => {
    expect(tally([])).toMatchObject({ missing: 0, values: new Float64Array(0) });
  });
  it("knows no class without a label", () => {
    expect(tally([1.5, 2.5, 2.5])).toMatchObject({ rows: Float64Array.of(1, 2), stayed: Float64Array.of(0, 0) });
  });
});

describe("byDay", () => {
  it("sums and averages by day, with the days in between that have no rows", () => {
    const table = byDay(Int32Array.of(12, 10, 12, 10), { calls: [1, 2, 3, Number.NaN] });
    expect(Array.from(table.days)).toEqual([10, 11, 12]);
    expect(Array.from(table.rows)).toEqual([2, 0, 2]);
    expect(Array.from(table.sums.calls)).toEqual([2, Number.NaN, 4]);
    expect(Array.from(table.means.calls)).toEqual([2, Number.NaN, 2]);
  });
  it("is empty for no rows", () => {
    expect(byDay(new Int32Array(0), { calls: [] }).days).toHaveLength(0);
  });
});

const ratesOf = (x: ArrayLike<number>, y: ArrayLike<number>, groups?: number) => churnRates(tally(x, y), groups);

describe("churnRates", () => {
  it("cuts at quantiles and counts churners", () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => 99 - i);
    const groups = ratesOf(
      x,
      x.map((value) => (value < 20 ? 1 : 0)),
      5,
    );
    expect(groups.map(({ from, to, n, rate }) => [from, to, n, rate])).toEqual([
      [0, 19, 20, 1],
      [20, 39, 20, 0],
      [40, 59, 20, 0],
      [60, 79, 20, 0],
      [80, 99, 20, 0],
    ]);
    expect(groups[0]).toMatchObject({ mean: 9.5, churned: 20, high: 1 });
  });
  it("keeps equal values together: the zeros are one group", () => {
    const groups = ratesOf([0, 0, 0, 0, 0, 0, 1, 2, 3, 4], [1, 0, 1, 0, 1, 0, 0, 0, 0, 1], 5);
    expect(groups[0]).toMatchObject({ from: 0, to: 0, n: 6, churned: 3 });
    expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(10);
  });
  it("joins what the zeros leave of their tenth to the next group", () => {
    const x = [...new Array(29).fill(0), ...Array.from({ length: 71 }, (_, i) => i + 1)];
    const groups = ratesOf(
      x,
      x.map(() => 0),
    );
    expect(groups.slice(0, 3).map(({ from, to, n }) => [from, to, n])).toEqual([
      [0, 0, 29],
      [1, 11, 11],
      [12, 21, 10],
    ]);
  });
  it("leaves out rows without a value or a label", () => {
    const groups = ratesOf([1, 2, Number.NaN, 4], [0, Number.NaN, 1, 1], 1);
    expect(groups).toMatchObject([{ n: 2, churned: 1, from: 1, to: 4 }]);
  });
  it("is empty when nothing is labelled", () => {
    expect(ratesOf([1, 2], [Number.NaN, Number.NaN])).toEqual([]);
  });
});
