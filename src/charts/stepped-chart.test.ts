import { expect, it } from "vitest";
import { steppedChart } from "./stepped-chart.js";
import type { Step } from "./stepped-series.js";
import { steppedSvg } from "./stepped-svg.js";

const step = (i: number, more: Partial<Step> = {}): Step => ({
  x: i,
  end: i + 1,
  middle: i + 0.5,
  chunk: `<week ${i}>`,
  label: `week ${i}`,
  period: i < 2 ? "reference" : "analysis",
  value: 0.8,
  low: 0.7,
  high: 0.9,
  lower: 0.6,
  upper: null,
  alert: false,
  n: 12_345,
  note: "",
  error: 0.1 / 3,
  realized: null,
  ...more,
});

const gap = { value: null, low: null, high: null, note: "no labels" };
const series = {
  name: "ROC AUC & co",
  dashed: false,
  steps: [step(0), step(1), step(2, gap), step(3, { value: 0.5, low: 0.4, high: 0.6, alert: true, realized: 0.55 })],
};

it("draws one series alike with Plotly, with Vega-Lite and as a small picture: an alert, a gap, a limit, a band", async () => {
  const { figure, toSvg } = steppedChart({ title: "Weeks", subtitle: "1 alert", series: [series] });
  const traces = figure.data.filter(({ name }) => name === "alert" || name === "threshold");
  expect(traces.map(({ name, y }) => [name, y])).toEqual([
    ["threshold", [0.6, 0.6, 0.6, 0.6]],
    ["threshold", [0.6, 0.6, 0.6, 0.6]],
    ["alert", [0.5]],
  ]);
  const vega = await toSvg();
  expect(vega).toContain("ROC AUC &amp; co");
  expect(vega).toContain(">×<");
  const small = steppedSvg(series, { width: 200, height: 62 });
  expect(small.match(/fill="#D55E00"/g)).toHaveLength(1);
  expect(small).toContain("&lt;week 3&gt;: 0.5");
  const large = steppedSvg(series, { width: 860, height: 210, labels: true });
  expect(large).toContain("ROC AUC &amp; co: not computed: no labels");
  expect(large).toContain("came true: 0.550000\nlimits 0.6 … ∞\n12,345 rows");
  expect(large).not.toMatch(/NaN|undefined/);
});

it("leaves no trace of a series without any value but its gaps", async () => {
  const empty = { ...series, steps: series.steps.map((each) => ({ ...each, ...gap, lower: null, alert: false })) };
  expect(steppedSvg(empty, { width: 200, height: 62, labels: true })).not.toMatch(/NaN|undefined/);
  const svg = await steppedChart({ title: "Weeks", subtitle: "none", series: [empty] }).toSvg();
  expect(svg.match(/>×</g)).toHaveLength(4);
});
