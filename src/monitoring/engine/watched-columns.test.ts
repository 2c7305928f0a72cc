import { expect, it } from "vitest";
import { random } from "../../core/random.js";
import { fitMonitor } from "./fit-monitor.js";

const ROWS = 1000;

function table(seed: string, start: number) {
  const { normal, int } = random(seed);
  const each = <T>(make: (i: number) => T) => Array.from({ length: ROWS }, (_, i) => make(i));
  return {
    timestamp: each((i) => (start + i / 200) * 86_400_000),
    columns: {
      calls: each(() => normal()),
      price: each(() => Math.round(300_000 + 1000 * normal())),
      plan: each(() => "abc"[int(3)]),
      phone: each((i) => 4.47e9 + ((i * 7_919_017) % 90_000_000)),
      row: each((i) => start * 1000 + i),
      uuid: each((i) => `${seed}-${i}`),
      empty: each(() => Number.NaN),
      constructor: each(() => normal()),
    },
  };
}

const config = { chunking: { period: "D" }, univariate: {}, pca: {}, missing: {}, unseen: {}, range: {}, stats: {} };

it("leaves out identifiers and what is empty, says so once, and keeps what is named", async () => {
  const monitor = await fitMonitor(table("reference", 0), config);
  const results = await monitor.measure(table("analysis", 10));
  const watched = new Set(results.missing?.series.map(({ column }) => column));
  expect([...watched]).toEqual(["calls", "price", "plan", "constructor"]);
  const notes = results.missing?.warnings.filter((text) => text.includes("not watched"));
  expect(notes?.map((text) => text.replace(/:.*/, ""))).toEqual([
    'column "phone" is an identifier',
    'column "row" is an identifier',
    'column "uuid" is an identifier',
    'column "empty" has no value in the reference',
  ]);
  const named = await fitMonitor(table("reference", 0), { ...config, columns: { continuous: ["phone"] } });
  expect(named.reference().range?.series.map(({ column }) => column)).toContain("phone");
});

it("takes a column that is gone for one whose values are all missing, and judges the rest", async () => {
  const monitor = await fitMonitor(table("reference", 0), config);
  const analysis = table("analysis", 10);
  const { calls: _, plan: __, ...columns } = analysis.columns;
  const results = await monitor.measure({ ...analysis, columns: columns as typeof analysis.columns });
  const last = (column: string) => results.missing?.filter({ columns: column }).series[0].measures.at(-1)?.value;
  expect([last("calls"), last("plan"), last("price")]).toEqual([1, 1, 0]);
  expect(results.missing?.warnings).toContain('column "calls" is gone from the analysis: all its values are missing');
});
