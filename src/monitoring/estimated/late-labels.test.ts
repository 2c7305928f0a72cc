import { expect, it } from "vitest";
import { random } from "../../core/random.js";
import { segmentOf, segmentsOf } from "../chunks/segments.js";
import { estimatePerformance } from "../engine/estimate-performance.js";
import { realizedPerformance } from "../engine/realized-performance.js";
import { reviewEstimates } from "../engine/review-estimates.js";
import { updateLedger } from "../results/result-ledger.js";

const DAY = 86_400_000;

function table(seed: string, firstDay: number, rows = 4000, truth = (score: number) => score) {
  const { next, int } = random(seed);
  const yPredProba = Array.from({ length: rows }, () => next() ** 2);
  return {
    timestamp: yPredProba.map((_, i) => (firstDay + i / 200) * DAY),
    yPredProba,
    yTrue: yPredProba.map((score) => (next() < truth(score) ? 1 : 0)),
    columns: { region: yPredProba.map(() => ["north", "south", "south", null][int(4)]) },
  };
}

const reference = table("reference", 0);
const chunking = { period: "D" };

it("updates old chunks when their labels come in, and leaves the others as they were", () => {
  const whole = table("analysis", 20);
  const early = { ...whole, yTrue: whole.yTrue.map((label, i) => (i < 2000 ? label : Number.NaN)) };
  const before = updateLedger([], [realizedPerformance({ reference, analysis: early, chunking })]);
  expect(before.added).toBe(40);
  expect(before.rows.filter(({ not_computed }) => not_computed === "no label is in yet, 200 rows")).toHaveLength(10);
  const after = updateLedger(before.rows, [realizedPerformance({ reference, analysis: whole, chunking })]);
  expect(after.added).toBe(0);
  expect(after.rows).toHaveLength(40);
  expect(after.changed.map(({ before: { value }, after: { n } }) => [value, n])).toEqual(Array(10).fill([null, 200]));
});

it("keeps yesterday's chunks when only a new one is measured", () => {
  const days = (from: number, to: number) => {
    const whole = table("analysis", 20);
    const cut = <T>(values: T[]) => values.slice(from * 200, to * 200);
    return { timestamp: cut(whole.timestamp), yPredProba: cut(whole.yPredProba), yTrue: cut(whole.yTrue) };
  };
  const first = updateLedger([], [realizedPerformance({ reference, analysis: days(0, 5), chunking })]);
  const second = updateLedger(first.rows, [realizedPerformance({ reference, analysis: days(5, 6), chunking })]);
  expect([second.added, second.changed.length, second.rows.length]).toEqual([1, 0, 26]);
});

it("says how far estimates were off, and sees that people changed", () => {
  const review = (truth?: (score: number) => number) =>
    reviewEstimates(estimatePerformance({ reference, analysis: table("later", 20, 4000, truth), chunking }));
  const calm = review();
  expect(calm).toHaveLength(20);
  expect(calm.filter(({ withinBand }) => withinBand).length).toBeGreaterThan(18);
  for (const { estimated, realized, error } of calm) expect(error).toBeCloseTo(realized - estimated, 12);
  // who was safe churns now: scores tell nothing any more
  const changed = review(() => 0.33);
  expect(changed.filter(({ withinBand }) => !withinBand).length).toBeGreaterThan(15);
  expect(changed.every(({ error }) => error < 0)).toBe(true);
});

it("parts a table by any column, and monitors each part against its own reference", () => {
  const analysis = table("analysis", 20);
  const parts = segmentsOf(analysis, "region");
  expect(parts.map(({ value }) => value)).toEqual(["south", "north"]);
  expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(
    analysis.columns.region.filter((region) => region !== null).length,
  );
  for (const { value, rows, table: part } of parts) {
    const own = segmentOf(reference, "region", value);
    const result = realizedPerformance({ reference: own, analysis: part, chunking: { number: 4 } });
    const counted = result
      .filter({ period: "analysis" })
      .measures("roc_auc")
      .reduce((sum, { n }) => sum + n, 0);
    expect(counted).toBe(rows);
  }
  expect(() => segmentOf(reference, "region", "west")).toThrow(/no row has "west" in column "region"/);
  expect(() => segmentsOf(reference, "area")).toThrow(/no column "area"/);
});
