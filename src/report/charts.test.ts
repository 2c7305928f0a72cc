import { expect, it } from "vitest";
import type { PlotlyFigure } from "../charts/plotly-chart.js";
import { stepLine } from "../charts/step-line.js";
import { random } from "../core/random.js";
import { estimatePerformance } from "../monitoring/engine/estimate-performance.js";
import { realizedPerformance } from "../monitoring/engine/realized-performance.js";
import { univariateDrift } from "../monitoring/engine/univariate-drift.js";
import { compareChart } from "./compare-chart.js";
import { distributionChart } from "./distribution-chart.js";
import { metricChart } from "./metric-chart.js";
import { steppedResult } from "./stepped-result.js";

const DAY = 86_400_000;

function table(seed: string, firstDay: number, shift = 0) {
  const { normal, next, int } = random(seed);
  const yPredProba = Array.from({ length: 2000 }, () => next() ** 2);
  const late = (i: number) => (i >= 1000 ? shift : 0);
  return {
    timestamp: yPredProba.map((_, i) => (firstDay + i / 200) * DAY),
    yPredProba,
    yTrue: yPredProba.map((score) => (next() < score ? 1 : 0)),
    columns: {
      tenure: yPredProba.map((_, i) => 400 + 100 * normal() + late(i)),
      plan: yPredProba.map((_, i) => (late(i) ? "gold" : ["basic", "plus"][int(2)]) as string),
    },
  };
}

const options = { reference: table("reference", 0), analysis: table("analysis", 10, 300), chunking: { period: "D" } };
const drift = univariateDrift(options);
const figureOf = (chart: object) => (chart as { figure: PlotlyFigure }).figure;
// JSON turns NaN into null without a word: a picture must not hold one
const numbersAreFinite = (value: unknown): boolean =>
  typeof value === "number"
    ? Number.isFinite(value)
    : typeof value !== "object" || value === null || Object.values(value).every(numbersAreFinite);

it("draws a panel for each series, with thresholds and alerts, in Plotly and in SVG", async () => {
  const chart = metricChart(drift.filter({ columns: ["tenure", "plan"] }));
  const { data } = figureOf(chart);
  expect(new Set(data.map(({ yaxis }) => yaxis))).toEqual(new Set(["y", "y2"]));
  const alerts = data.filter(({ name }) => name === "alert");
  expect(alerts.map(({ x }) => (x as string[]).length)).toEqual([5, 5]);
  expect(data.filter(({ name }) => name === "threshold").length).toBe(4);
  expect(chart.description).toMatch(/10 alerts, the first in chunk 1970-01-16/);
  expect(numbersAreFinite(data) && numbersAreFinite(chart.spec)).toBe(true);
  const svg = await chart.toSvg();
  expect(svg).toContain(">tenure<");
  expect(svg).toContain(">plan<");
});

it("draws the band of an estimate dashed, and what came true beside it on one axis", async () => {
  const estimated = estimatePerformance(options);
  const lines = figureOf(metricChart(estimated)).data.filter(({ mode }) => mode === "lines");
  expect(lines.some(({ name }) => name === "confidence band")).toBe(true);
  expect(lines.some(({ line }) => (line as { dash?: string }).dash === "dash")).toBe(true);
  const chart = compareChart(estimated, realizedPerformance(options));
  expect(chart.title).toBe("estimated ROC AUC vs. realized ROC AUC");
  expect(figureOf(chart).layout?.yaxis2).toBeUndefined();
  expect(figureOf(compareChart(estimated, drift.filter({ columns: "tenure" }))).layout?.yaxis2).toBeDefined();
  expect(await chart.toSvg()).toContain("20 chunks have both; their correlation is");
});

it("draws a share with a band that stays within 0 and 1, and says when there is nothing to judge", () => {
  const steps = steppedResult(realizedPerformance(options))[0].steps;
  expect(steps.every(({ low, high }) => low !== null && high !== null && low >= 0 && high <= 1)).toBe(true);
  expect(steps).toHaveLength(20);
  const unlabelled = { ...options, analysis: { ...options.analysis, yTrue: options.analysis.yTrue.map(() => null) } };
  const chart = metricChart(realizedPerformance(unlabelled).filter({ metrics: "roc_auc" }));
  expect(chart.title).toBe("Realized ROC AUC by chunk");
  expect(chart.description).toContain("nothing to judge yet: no label of the analysis has come in");
});

it("draws the level of a chunk that stands alone between two without a value", () => {
  const alone = [null, 0.7, null].map((value, i) => ({ x: i, end: i + 1, value }));
  expect(stepLine(alone, ({ value }) => value)).toEqual({
    x: [0, 1, 1, 2, 2, 3],
    y: [null, null, 0.7, 0.7, null, null],
  });
});

it("does not draw a line back in time where two chunks are of the same days", () => {
  const same = [
    { x: "2022-01-01", end: "2022-02-01", value: 1 },
    { x: "2022-01-01", end: "2022-02-01", value: 2 },
    { x: "2022-02-01", end: "2022-03-01", value: 3 },
  ];
  expect(stepLine(same, ({ value }) => value)).toEqual({
    x: ["2022-01-01", "2022-02-01", "2022-01-01", "2022-01-01", "2022-02-01", "2022-02-01", "2022-03-01"],
    y: [1, 1, null, 2, 2, 3, 3],
  });
});

it("draws a distribution over time: densities of numbers, shares of categories", async () => {
  const joy = distributionChart({ ...options, column: "tenure", alerts: ["1970-01-20"] });
  expect(figureOf(joy).data).toHaveLength(20);
  expect(numbersAreFinite(figureOf(joy).data)).toBe(true);
  expect(joy.description).toContain("1 chunk with alerts outlined");
  const bars = figureOf(distributionChart({ ...options, column: "plan" })).data;
  expect(bars.map(({ name }) => name).sort()).toEqual(["basic", "gold", "plus"]);
  const total = (chunk: number) =>
    bars.reduce((sum, { x, y }) => sum + ((y as number[])[(x as number[]).indexOf(chunk + 0.5)] ?? 0), 0);
  for (const chunk of [0, 7, 19]) expect(total(chunk)).toBeCloseTo(1, 12);
  expect(await joy.toSvg()).toContain("Distribution of tenure");
});

it("refuses a chart that nobody could read, and a comparison of several series", () => {
  const many = univariateDrift({
    ...options,
    continuousMethods: ["jensen_shannon", "hellinger", "wasserstein", "kolmogorov_smirnov"],
    categoricalMethods: ["jensen_shannon", "hellinger", "l_infinity", "chi2"],
  });
  expect(() => metricChart(many)).toThrow(/a chart of 16 series cannot be read/);
  expect(() => compareChart(drift, drift)).toThrow(/the left result has 4 series, not one/);
});
