import { table } from "arquero";
import { describe, expect, it, vi } from "vitest";
import { tableView } from "../charts/table-view.js";
import { dataFrame } from "./data-frame.js";

describe("dataFrame", () => {
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
  it("takes a sample of the rows, in their order, and the same one for the same seed", async () => {
    const big = { row: Float64Array.from({ length: 100_000 }, (_, i) => i) };
    const rows = (await dataFrame(big, { rows: 500 })).values as number[][];
    const own = rows.map(([row]) => row!);
    expect(own).toHaveLength(500);
    expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(own.reduce((sum, row) => sum + row, 0) / 500).toBeGreaterThan(43_000);
    expect(own.reduce((sum, row) => sum + row, 0) / 500).toBeLessThan(57_000);
    expect((await dataFrame(big, { rows: 500 })).values).toEqual(rows);
    expect((await dataFrame(big, { rows: 500, seed: 2 })).values).not.toEqual(rows);
    expect((await dataFrame({ a: [3, 1, 2] }, { rows: Infinity })).values).toEqual([[3], [1], [2]]);
  });
  it("writes days as texts and missing numbers as NaN, from columns, rows and Arquero tables", async () => {
    const day = [[19782], [19783]].map(([n]) => n!);
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
