import { expect, it } from "vitest";
import { random } from "../../core/random.js";
import type { MonitoredTable } from "../chunks/table.js";
import { realizedPerformance } from "./realized-performance.js";

const DAY = 86_400_000;

/** Calibrated scores with mean about 0.3, eight rows an hour and a half: 2,000 rows in 125 days. */
function churnTable(
  rows: number,
  seed: string,
  firstDay = 0,
): Required<Pick<MonitoredTable, "yTrue">> & {
  timestamp: number[];
  yPredProba: number[];
  yPred: number[];
  yTrue: number[];
} {
  const { next } = random(seed);
  const yPredProba = Array.from({ length: rows }, () => next() ** 2);
  return {
    timestamp: yPredProba.map((_, i) => (firstDay + i / 16) * DAY),
    yPredProba,
    yPred: yPredProba.map((score) => (score > 0.5 ? 1 : 0)),
    yTrue: yPredProba.map((score) => (next() < score ? 1 : 0)),
  };
}

const reference = churnTable(2000, "reference");
const analysis = () => churnTable(2000, "analysis", 125);
const metrics = ["roc_auc", "f1", "accuracy", "specificity"] as const;
const first = (table: MonitoredTable, key = "roc_auc", options = {}) => {
  const result = realizedPerformance({ reference, analysis: table, metrics, chunking: { size: 200 }, ...options });
  return result.filter({ period: "analysis" }).measures(key)[0];
};

it("gives a value, a sampling error, thresholds and an alert for every metric and chunk", () => {
  const result = realizedPerformance({ reference, analysis: analysis(), metrics, chunking: { size: 200 } });
  expect(result.chunks.map((chunk) => chunk.period).filter((period) => period === "analysis")).toHaveLength(10);
  for (const series of result.series) {
    for (const { value, samplingError, lowerThreshold, upperThreshold, alert, n } of series.measures) {
      expect(value).toBeGreaterThan(0.4);
      expect(samplingError).toBeGreaterThan(0);
      expect(lowerThreshold).toBeLessThan(upperThreshold as number);
      expect(alert).toBe(
        (value as number) < (lowerThreshold as number) || (value as number) > (upperThreshold as number),
      );
      expect(n).toBe(200);
    }
  }
});

it("says why a one-class chunk has no value, and raises no alert", () => {
  const table = analysis();
  table.yTrue.fill(0, 0, 200);
  expect(first(table)).toMatchObject({ value: null, alert: false, n: 200, notComputed: "one class, n=200" });
  expect(first(table, "f1")).toMatchObject({ value: null, alert: false, notComputed: "one class, n=200" });
});

it("gives specificity and business value where nothing is positive", () => {
  const table = analysis();
  table.yTrue.fill(0, 0, 200);
  table.yPred.fill(0, 0, 200);
  const options = {
    metrics: ["specificity", "business_value"],
    businessValueMatrix: [
      [0, -10],
      [-20, 0],
    ],
  };
  expect(first(table, "specificity", options)).toMatchObject({ value: 1 });
  expect(first(table, "business_value", options)).toMatchObject({ value: 0 });
});

it("does not alert on a last chunk of one row whose band reaches the threshold, and says so", () => {
  const table = churnTable(401, "analysis", 125);
  table.yTrue[400] = table.yPred[400];
  const result = realizedPerformance({ reference, analysis: table, metrics, chunking: { size: 200 } });
  expect(result.measures("accuracy").at(-1)).toMatchObject({ value: 1, n: 1, alert: false });
  expect(result.measures("accuracy").at(-1)?.note).toContain("too few rows to alert: n=1");
});

it("counts the rows of each metric by itself", () => {
  const table = analysis();
  table.yPredProba[3] = Number.NaN;
  table.yTrue[4] = Number.NaN;
  expect(first(table)).toMatchObject({ n: 198 });
  expect(first(table, "f1")).toMatchObject({ n: 199 });
});

it("marks a chunk partial while labels are missing, tests for chance, and gives bounds", () => {
  const table = analysis();
  const full = first(table, "accuracy")?.value as number;
  let kept = 0;
  table.yTrue.forEach((label, i) => {
    if (label === 1 && kept++ % 10 >= 3) table.yTrue[i] = Number.NaN;
  });
  const measure = first(table, "accuracy");
  const [, low, high] = /between ([\d.]+) and ([\d.]+)/.exec(measure?.note ?? "") ?? [];
  expect(measure?.note).toContain("partial");
  expect(measure?.note).toContain("not by chance: rows without have higher scores");
  expect(Number(low)).toBeLessThan(full);
  expect(Number(high)).toBeGreaterThan(full);
});

it("says how many rows wait when no label of a chunk is in yet", () => {
  const table = analysis();
  table.yTrue.fill(Number.NaN, 0, 200);
  expect(first(table)).toMatchObject({ value: null, n: 0, alert: false, notComputed: "no label is in yet, 200 rows" });
});

it.each([
  ["text labels", { yTrue: ["0", "1"] }, /column "y_true" holds text \("0", "1"\), not labels as numbers/],
  ["labels -1 and 1", { yTrue: [-1, 1] }, /label -1 in row 0 of "y_true" is neither 0 nor 1/],
  ["scores in per cent", { yPredProba: [12, 80] }, /score 12 in row 0 of "y_pred_proba" is outside 0 … 1\n.*by 100/],
  ["text scores", { yPredProba: ["a", "b"] }, /column "y_pred_proba" holds text/],
])("refuses %s by name", (_, wrong, message) => {
  const table = { yPredProba: [0.1, 0.9], yPred: [0, 1], yTrue: [0, 1], ...wrong };
  expect(() => realizedPerformance({ reference: table, metrics, chunking: { size: 1 } })).toThrow(message);
  expect(() => realizedPerformance({ reference, analysis: table, metrics, chunking: { size: 1 } })).toThrow(message);
});

it("takes truth values for labels", () => {
  const truths = {
    ...reference,
    yTrue: reference.yTrue.map((label) => label === 1),
    yPred: reference.yPred.map(Boolean),
  };
  const rows = (table: MonitoredTable) =>
    realizedPerformance({ reference: table, metrics, chunking: { size: 200 } }).toRows();
  expect(rows(truths)).toEqual(rows(reference));
});

it("warns of a score that is that of the other class", () => {
  const turned = { ...reference, yPredProba: reference.yPredProba.map((score) => 1 - score) };
  const { warnings } = realizedPerformance({ reference: turned, chunking: { size: 200 } });
  expect(warnings.join()).toMatch(/reference ROC AUC is 0\.\d+, below 0\.5: is the score that of class 1\?/);
});

it("gives the same numbers whatever the order of rows with the same time", () => {
  const table = churnTable(400, "ties", 125);
  table.timestamp.forEach((_, i) => {
    table.timestamp[i] = (125 + Math.floor(i / 300)) * DAY;
  });
  const turned = Object.fromEntries(
    Object.entries(table).map(([key, values]) => [key, [...values].reverse()]),
  ) as typeof table;
  const rows = (each: typeof table) =>
    realizedPerformance({ reference, analysis: each, metrics, chunking: { size: 150 } }).toRows();
  expect(rows(turned)).toEqual(rows(table));
});

it("refuses a reference without and an analysis with a time zone", () => {
  const text = (table: typeof reference, zone: string) => ({
    ...table,
    timestamp: table.timestamp.map((ms) => new Date(ms).toISOString().slice(0, 19) + zone),
  });
  const run = (a: string, b: string) =>
    realizedPerformance({ reference: text(reference, a), analysis: text(analysis(), b), chunking: { period: "M" } });
  expect(() => run("", "+09:00")).toThrow(/times of the analysis have a zone, those of the reference have none/);
  expect(run("Z", "+09:00").chunks.at(-1)?.startDate).toBe("1970-09-01 00:00:00Z");
});

it("counts rows without a timestamp", () => {
  const table = analysis();
  table.timestamp.fill(Number.NaN, 0, 150);
  const { warnings } = realizedPerformance({ reference, analysis: table, chunking: { period: "M" } });
  expect(warnings).toContain("analysis: 150 of 2000 rows have no timestamp");
});

it("shows a day without rows as an empty chunk", () => {
  const table = {
    timestamp: [0, 0, 2, 2].map((day) => (300 + day) * DAY),
    yPredProba: [0.1, 0.9, 0.2, 0.8],
    yTrue: [0, 1, 0, 1],
  };
  const run = (compat?: "nannyml") =>
    realizedPerformance({ reference, analysis: table, chunking: { period: "D" }, compat }).filter({
      period: "analysis",
    });
  expect(run().chunks.map(({ key, rows }) => [key, rows])).toEqual([
    ["1970-10-28", 2],
    ["1970-10-29", 0],
    ["1970-10-30", 2],
  ]);
  expect(run().measures("roc_auc")[1]).toMatchObject({ value: null, notComputed: "no rows", alert: false });
  expect(run("nannyml").chunks).toHaveLength(2);
});

it("sets thresholds by the sampling error when the reference is one chunk", () => {
  const result = realizedPerformance({ reference, analysis: analysis(), chunking: { size: 2000 } });
  const [own, later] = result.measures("roc_auc");
  // the chunk strays, and so did the one that it is held against
  const margin = 3 * Math.SQRT2 * (own?.samplingError as number);
  expect(own?.lowerThreshold).toBeCloseTo((own?.value as number) - margin, 12);
  expect(later?.alert).toBe(false);
  expect(result.warnings.join()).toContain("1 reference chunk has a value");
});

it.each([
  [{ size: 200.5 }, /chunk size is not a whole number above 0: 200.5/],
  [{ size: "200" as unknown as number }, /chunk size is not a whole number above 0: "200"/],
  [{ size: -1 }, /chunk size is not a whole number above 0: -1/],
  [{ period: "fortnight" }, /unknown chunk period "fortnight"/],
  [{ size: 5, number: 5 }, /chunking by size and number at once/],
  [{ number: 3000 }, /could not split 2000 rows into 3000 chunks/],
])("refuses chunking %j", (chunking, message) => {
  expect(() => realizedPerformance({ reference, chunking })).toThrow(message);
});

it("refuses an empty analysis", () => {
  expect(() => realizedPerformance({ reference, analysis: { yPredProba: [], yTrue: [] } })).toThrow(
    "analysis: data contains no rows",
  );
});

it("filters by period and metric, and names what is not there", () => {
  const result = realizedPerformance({ reference, analysis: analysis(), metrics, chunking: { size: 500 } });
  const filtered = result.filter({ period: "analysis", metrics: "f1" });
  expect(filtered.columnNames()).toEqual([
    ...["chunk_key", "chunk_index", "chunk_start_index", "chunk_end_index", "chunk_start_date", "chunk_end_date"],
    ...["chunk_period", "chunk_targets_missing_rate", "f1_sampling_error", "f1_value", "f1_upper_threshold"],
    ...["f1_lower_threshold", "f1_alert"],
  ]);
  expect(filtered.toTable().numRows()).toBe(4);
  expect(filtered.toCsv().split("\n")).toHaveLength(6);
  expect(() => result.filter({ metrics: "roc_acu" })).toThrow(/no metric "roc_acu"\n.*did you mean "roc_auc"/);
});
