import { expect, it } from "vitest";
import { type Chunking, chunkTable } from "./chunk.js";

const time = (...texts: string[]) => Float64Array.from(texts, (text) => Date.parse(`${text}Z`));
const cut = (rows: number, chunking: Chunking) => chunkTable({ rows, time: undefined }, chunking).map(({ key }) => key);

it("keeps, appends or drops the last rows that do not fill a chunk", () => {
  expect(cut(10, { size: 4 })).toEqual(["[0:3]", "[4:7]", "[8:9]"]);
  expect(cut(10, { size: 4, incomplete: "append" })).toEqual(["[0:3]", "[4:9]"]);
  expect(cut(10, { size: 4, incomplete: "drop" })).toEqual(["[0:3]", "[4:7]"]);
  expect(() => cut(3, { size: 4, incomplete: "append" })).toThrow(/none of 4 rows is full/);
});

it("cuts ten chunks by default, and an eleventh of what is left over", () => {
  expect(cut(437, {})).toHaveLength(11);
  expect(cut(437, {}).at(-1)).toBe("[430:436]");
});

it.each([
  ["H", "2023-01-01 00:00", "2023-01-01 00:00:00", "2023-01-01 00:59:59.999999999"],
  ["D", "2023-01-01", "2023-01-01 00:00:00", "2023-01-01 23:59:59.999999999"],
  ["W", "2022-12-26/2023-01-01", "2022-12-26 00:00:00", "2023-01-01 23:59:59.999999999"],
  ["M", "2023-01", "2023-01-01 00:00:00", "2023-01-31 23:59:59.999999999"],
  ["Q", "2023Q1", "2023-01-01 00:00:00", "2023-03-31 23:59:59.999999999"],
  ["Y", "2023", "2023-01-01 00:00:00", "2023-12-31 23:59:59.999999999"],
])("names and bounds a period %s as pandas does", (period, key, startDate, endDate) => {
  const [chunk] = chunkTable({ rows: 1, time: time("2023-01-01 00:30:00") }, { period });
  expect(chunk).toMatchObject({ key, startDate, endDate });
});

it("numbers quarters by month", () => {
  const months = Array.from({ length: 12 }, (_, i) => `2021-${String(i + 1).padStart(2, "0")}-15`);
  const chunks = chunkTable({ rows: 12, time: time(...months) }, { period: "Q" });
  expect(chunks.map(({ key }) => key)).toEqual(["2021Q1", "2021Q2", "2021Q3", "2021Q4"]);
});

it("skips a period without rows, or shows it when asked", () => {
  const table = { rows: 2, time: time("2023-01-01", "2023-01-04") };
  expect(chunkTable(table, { period: "D" })).toHaveLength(2);
  expect(chunkTable(table, { period: "D" }, { gaps: true }).map(({ from, to }) => to - from)).toEqual([1, 0, 0, 1]);
});

it("does not fill a hole of years", () => {
  const warnings: string[] = [];
  const table = { rows: 2, time: time("1970-01-01", "2023-01-04") };
  expect(chunkTable(table, { period: "D" }, { gaps: true, warnings })).toHaveLength(2);
  expect(warnings).toEqual(["no rows between 1970-01-01 and 2023-01-04"]);
});
