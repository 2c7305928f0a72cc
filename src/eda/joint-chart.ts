import type { Chart } from "../charts/chart.js";
import { axisNumbers, percent, shortNumber, titleSpec } from "../charts/chart-text.js";
import { CLASS_COLORS, MUTED } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import { type ColumnScale, chooseScale } from "./choose-scale.js";
import { churnRates, type RateGroup } from "./churn-rates.js";
import { type ClassHistogram, classHistogram } from "./class-histogram.js";
import { correlateWithLabel, trendLine } from "./label-correlation.js";
import type { Tally } from "./tally.js";

export interface JointChartOptions {
  /** Name of the column. */
  column: string;
  /** What a person calls it, unit included: "data volume (MB)"; the name by default. */
  columnTitle?: string;
  /** Name of the label. */
  label?: string;
  /** What a row is: "subscriber-days". */
  rowsAre?: string;
}

/**
 * Draws a column against a label of 0 and 1: above, how its values are spread among those who stayed and those who churned;
 * below, the churn rate from its lowest to its highest tenth, with the trend line by least squares and its R².
 *
 * Drawn from counts, so that a million rows take no more marks than a thousand. The axis is logarithmic beyond small values
 * where the column is heavy-tailed, and the trend line, straight in the numbers, bends there.
 */
export function jointChart(tally: Tally, options: JointChartOptions): Chart {
  const { column, columnTitle = column, label = "PSEUDO_CHURNED", rowsAre = "rows" } = options;
  const scale = chooseScale(tally);
  const { pearson, spearman } = correlateWithLabel(column, tally);
  const trend = trendLine(tally);
  const groups = churnRates(tally);
  const facts = trend
    ? `R² = ${shortNumber(trend.r2)}, r = ${signed(pearson.r)}${interval(pearson)}, Spearman ${signed(spearman.r)}`
    : `no correlation: ${pearson.why}`;
  const title = `${columnTitle} against ${label}`;
  const axes = columnAxes(scale);
  return vegaChart({
    title: titleSpec(title, `${pearson.n.toLocaleString("en-US")} ${rowsAre}: ${facts}`),
    description: `${title}: ${facts}.${describeGroups(groups)}`,
    spacing: 18,
    vconcat: [
      spreadPanel(classHistogram(tally, scale), axes),
      ratePanel(groups, trend ? trendPoints(scale, trend) : [], axes, { columnTitle, rowsAre }),
    ],
    config: { concat: { spacing: 18 } },
  });
}

/** The axis of the column, which both panels share, and how its values are written. */
function columnAxes(scale: ColumnScale) {
  const isLog = scale.kind === "symlog";
  return {
    x: {
      type: "quantitative",
      scale: isLog
        ? { type: "symlog", constant: scale.constant, domain: scale.domain, nice: false }
        : { domain: scale.domain, nice: false, zero: false },
    },
    axis: { ...axisNumbers(scale.domain), ...(isLog ? { values: scale.ticks } : { tickCount: 8 }) },
  };
}

type ColumnAxes = ReturnType<typeof columnAxes>;

/** How the values are spread among those who stayed and those who churned. */
function spreadPanel({ bins, zeros }: ClassHistogram, { x, axis }: ColumnAxes) {
  return {
    width: 600,
    height: 150,
    title: zeros
      ? panelTitle(
          `not shown: 0, which is ${percent(zeros.stayed)} of the rows of those who stayed, ${percent(zeros.churned)} of those who churned`,
        )
      : panelTitle("how the values are spread"),
    data: { values: bins },
    mark: { type: "bar", opacity: 0.55, clip: true },
    encoding: {
      x: { ...x, field: "from", bin: { binned: true }, title: null, axis: { ...axis, labels: false } },
      x2: { field: "to" },
      y: {
        field: "share",
        type: "quantitative",
        stack: null,
        title: zeros ? "share of the rest (%)" : "share (%)",
        axis: { format: ".0%", tickCount: 4 },
      },
      color: {
        field: "group",
        type: "nominal",
        scale: { domain: ["stayed", "churned"], range: [CLASS_COLORS.stayed, CLASS_COLORS.churned] },
        legend: { symbolType: "square", symbolOpacity: 0.6 },
      },
      tooltip: [
        { field: "group", title: "group" },
        { field: "from", title: "from", format: ",.4~r" },
        { field: "to", title: "to", format: ",.4~r" },
        { field: "share", title: "share", format: ".2%" },
      ],
    },
  };
}

/** The churn rate of each tenth of the rows with its interval, over the trend line. */
function ratePanel(
  groups: readonly RateGroup[],
  trend: readonly { x: number; y: number }[],
  { x, axis }: ColumnAxes,
  { columnTitle, rowsAre }: { columnTitle: string; rowsAre: string },
) {
  const most = groups.reduce((top, group) => Math.max(top, group.high), 0.01);
  const y = {
    type: "quantitative",
    title: "churn rate (%)",
    axis: { format: most < 0.05 ? ".1%" : ".0%", tickCount: 5 },
    scale: { domain: [0, Math.min(1, most * 1.08)], nice: false },
  };
  const line = {
    data: { values: trend },
    mark: { type: "line", strokeDash: [6, 4], strokeWidth: 1.75, color: MUTED, clip: true },
    encoding: { x: { ...x, field: "x" }, y: { ...y, field: "y" } },
  };
  const intervals = {
    data: { values: groups },
    mark: { type: "rule", strokeWidth: 1.5, color: CLASS_COLORS.churned, opacity: 0.6 },
    encoding: { x: { ...x, field: "mean" }, y: { ...y, field: "low" }, y2: { field: "high" } },
  };
  const points = {
    data: { values: groups },
    mark: { type: "point", size: 55, opacity: 1, color: CLASS_COLORS.churned },
    encoding: {
      x: { ...x, field: "mean", title: columnTitle, axis },
      y: { ...y, field: "rate" },
      tooltip: [
        { field: "from", title: "from", format: ",.4~r" },
        { field: "to", title: "to", format: ",.4~r" },
        { field: "n", title: rowsAre, format: "," },
        { field: "rate", title: "churn rate", format: ".2%" },
        { field: "low", title: "at least", format: ".2%" },
        { field: "high", title: "at most", format: ".2%" },
      ],
    },
  };
  return {
    width: 600,
    height: 190,
    title: panelTitle("churn rate by tenths of the rows, with 95% intervals; dashed: trend line by least squares"),
    layer: [line, intervals, points],
  };
}

function panelTitle(text: string): Record<string, unknown> {
  return { text, fontSize: 12, fontWeight: 400, color: MUTED, offset: 8 };
}

function trendPoints({ domain, at }: ColumnScale, { slope, intercept }: { slope: number; intercept: number }) {
  return Array.from({ length: 61 }, (_, i) => {
    const x = i === 0 ? domain[0] : i === 60 ? domain[1] : at(i / 60);
    return { x, y: intercept + slope * x };
  });
}

const signed = (r: number | null) => (r === null ? "undefined" : r.toFixed(3).replace("-", "−"));

function interval({ low, high }: { low: number | null; high: number | null }): string {
  return low === null || high === null ? "" : ` (95%: ${signed(low)} to ${signed(high)})`;
}

function describeGroups(groups: readonly RateGroup[]): string {
  const [first, last] = [groups[0], groups.at(-1)];
  if (!first || !last || first === last) return "";
  return ` Churn rate ${percent(first.rate)} in the lowest group, ${percent(last.rate)} in the highest.`;
}
