import { table } from "arquero";
import { describe, expect, it, vi } from "vitest";
import { tableView } from "../charts/table-view.js";
import { ArqueroFrame } from "./arquero-frame.js";
import { dataFrame } from "./data-frame.js";
import type { DataFrame } from "./frame.js";

const name: string = "danfojs-node";
const hasDanfo = await import(name).then(
  () => true,
  () => false,
);
if (!hasDanfo) console.warn("skipped: danfo's DataFrame, as danfojs-node is not installed; npm ci installs it");

describe.runIf(hasDanfo)("dataFrame", () => {
  it("makes a danfo DataFrame that describes and groups, and says nothing on stderr", async () => {
    const stderr = vi.spyOn(process.stderr, "write");
    const warn = vi.spyOn(console, "warn");
    const frame = await dataFrame({ plan: ["a", "b", "a"], calls: Float64Array.of(1, 2, 6) });
    const means = frame.groupby(["plan"]).col(["calls"]).mean();
    expect(means.values).toEqual([
      ["a", 3.5],
      ["b", 2],
    ]);
    expect(frame.describe().index.slice(0, 2)).toEqual(["count", "mean"]);
    // the first use of a tensor is what prints the banner
    (frame.loc({ columns: ["calls"] }) as unknown as { tensor: { sum(): { dataSync(): unknown } } }).tensor
      .sum()
      .dataSync();
    expect(tableView(frame.describe()).text).toContain("mean");
    expect(warn).not.toHaveBeenCalled();
    expect(stderr).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
  it("has the methods that its type promises", async () => {
    const frame = await dataFrame({ plan: ["a", "b", "a"], calls: [1, 2, 6], minutes: [2, 4, Number.NaN] });
    const numbers = frame.loc({ columns: ["calls"] });
    expect(numbers.mean({ axis: 0 }).values).toEqual([3]);
    expect(numbers.sum({ axis: 0 }).values).toEqual([9]);
    expect(numbers.median({ axis: 0 }).values).toEqual([2]);
    expect((numbers.std({ axis: 0 }).values as number[])[0]).toBeCloseTo(2.6458, 4);
    const calls = frame.column("calls");
    expect([calls.count(), calls.sum(), calls.mean(), calls.median(), calls.min(), calls.max()]).toEqual([
      3, 9, 3, 2, 1, 6,
    ]);
    expect(calls.std()).toBeCloseTo(2.6458, 4);
    expect(frame.column("plan").valueCounts().values).toEqual([2, 1]);
    expect(frame.column("plan").unique().values).toEqual(["a", "b"]);
    for (const [condition, rows] of [
      [calls.gt(1), 2],
      [calls.lt(2), 1],
      [calls.eq(6), 1],
    ] as const) {
      expect(frame.query(condition).shape).toEqual([rows, 3]);
    }
    expect(frame.isNa().values).toEqual([
      [false, false, false],
      [false, false, false],
      [false, false, true],
    ]);
    expect(frame.dropNa({ axis: 1 }).shape).toEqual([2, 3]);
    expect(frame.iloc({ rows: [0] }).values).toEqual([["a", 1, 2]]);
    expect(frame.sortValues("calls", { ascending: false }).index).toEqual([2, 1, 0]);
    expect([frame.head(1).shape, frame.tail(2).shape]).toEqual([
      [1, 3],
      [2, 3],
    ]);
    const groups = frame.groupby(["plan"]).col(["calls"]);
    for (const [found, values] of [
      [groups.count(), [2, 1]],
      [groups.sum(), [7, 2]],
      [groups.min(), [1, 2]],
      [groups.max(), [6, 2]],
    ] as const) {
      expect((found.values as unknown[][]).map((row) => row[1])).toEqual(values);
    }
    expect((groups.std().values as number[][])[0][1]).toBeCloseTo(3.5355, 4);
  });
  it("takes a sample of the rows, in their order, and the same one for the same seed", async () => {
    const big = { row: Float64Array.from({ length: 100_000 }, (_, i) => i) };
    const rows = (await dataFrame(big, { rows: 500 })).values as number[][];
    const own = rows.map(([row]) => row);
    expect(own).toHaveLength(500);
    expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(own.reduce((sum, row) => sum + row, 0) / 500).toBeGreaterThan(43_000);
    expect(own.reduce((sum, row) => sum + row, 0) / 500).toBeLessThan(57_000);
    expect((await dataFrame(big, { rows: 500 })).values).toEqual(rows);
    expect((await dataFrame(big, { rows: 500, seed: 2 })).values).not.toEqual(rows);
    expect((await dataFrame({ a: [3, 1, 2] }, { rows: Infinity })).values).toEqual([[3], [1], [2]]);
  });
  it("writes days as texts and missing numbers as NaN, from columns, rows and Arquero tables", async () => {
    const day = [[19782], [19783]].map(([n]) => n);
    const wanted = [
      ["2024-02-29", 1],
      ["2024-03-01", Number.NaN],
    ];
    expect((await dataFrame({ day: Int32Array.from(day), x: [1, null] })).values).toEqual(wanted);
    const dates = day.map((n) => new Date(n * 86_400_000));
    expect((await dataFrame(dates.map((date, i) => ({ day: date, x: i === 0 ? 1 : null })))).values).toEqual(wanted);
    expect((await dataFrame(table({ day: dates, x: [1, null] }))).values).toEqual(wanted);
  });
  it("refuses a table without rows", async () => {
    await expect(dataFrame({ a: [] })).rejects.toMatchObject({ code: "BAD_INPUT" });
  });
});

describe("a DataFrame without danfo", () => {
  const columns = { plan: ["b", "a", "b", "c"], calls: [1, 2.125, 6, 5], minutes: [2, 8, 4, 3] };
  const frame = new ArqueroFrame(table(columns));

  it.runIf(hasDanfo)("shows the tables that danfo shows", async () => {
    const danfo = await dataFrame(columns);
    for (const look of [
      (f: DataFrame) => f,
      (f: DataFrame) => f.head(2),
      (f: DataFrame) => f.tail(2),
      (f: DataFrame) => f.describe(),
      (f: DataFrame) => f.groupby(["plan"]).col(["calls", "minutes"]).mean(),
      (f: DataFrame) => f.groupby(["plan"]).col(["calls"]).count(),
    ]) {
      const [ours, theirs] = [look(frame), look(danfo)];
      expect([ours.columns, ours.index, ours.shape]).toEqual([theirs.columns, theirs.index, theirs.shape]);
      expect(tableView(ours).text).toBe(tableView(theirs).text);
    }
  });

  it("leaves missing values out of its measures", () => {
    const gaps = new ArqueroFrame(table({ calls: [1, Number.NaN, 3] })).describe();
    expect(gaps.index.slice(0, 2)).toEqual(["count", "mean"]);
    expect((gaps.values as number[][]).slice(0, 2)).toEqual([[2], [2]]);
  });

  it("says what is needed for the rest", () => {
    expect(() => frame.column()).toThrow(/column\(\) of a DataFrame needs danfojs-node/);
  });
});
