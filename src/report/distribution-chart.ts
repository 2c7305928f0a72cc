import type { Chart, VegaLiteSpec } from "../charts/chart.js";
import { type PlotlyFigure, plotlyChart } from "../charts/plotly-chart.js";
import { COLORS } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";

import { type Chunk, type Chunking, chunkTable, type Period } from "../monitoring/chunks/chunk.js";
import { isCategory } from "../monitoring/chunks/column.js";
import { orderTable } from "../monitoring/chunks/order-table.js";
import type { MonitoredTable, OrderedTable } from "../monitoring/chunks/table.js";
import { knownValues } from "../statistics/known-values.js";
import { moments, sampleDeviation } from "../statistics/moments.js";
import { quantiles } from "../statistics/quantile.js";

/** Which column of which tables is drawn, and over which chunks. */
export interface DistributionChartOptions {
  readonly reference: MonitoredTable;
  readonly analysis: MonitoredTable;
  readonly column: string;
  readonly chunking?: Chunking;
  /** Keys of analysis chunks to mark, such as those of a drift result's alerts. */
  readonly alerts?: readonly string[];
}

/**
 * Draws the distribution of a column over time: densities side by side (a joy plot) with their quartiles for numbers, stacked
 * shares of the commonest categories else.
 */
export function distributionChart(options: DistributionChartOptions): Chart {
  const { column, chunking = {}, alerts = [] } = options;
  const parts = (["reference", "analysis"] as const).flatMap((period) => {
    const table = orderTable(options[period], period, true);
    return chunkTable(table, chunking).map((chunk) => ({ period, table, chunk }));
  });
  const marked = alerts.length ? `, ${alerts.length} chunk${alerts.length > 1 ? "s" : ""} with alerts outlined` : "";
  const title = { text: `Distribution of ${column}`, subtitle: `by chunk${marked}` };
  const first = parts[0]?.table.columns.get(column);
  if (first && isCategory(first)) return shares(parts, column, title, alerts);
  return densities(parts, column, title, alerts);
}

interface PartOfTable {
  readonly period: Period;
  readonly table: OrderedTable;
  readonly chunk: Chunk;
}

interface Title {
  readonly text: string;
  readonly subtitle: string;
}

const POINTS = 48;
const SAMPLE = 2000;

/** Gaussian density of ascending values on a grid 3 bandwidths wider than they are (normal reference rule). */
function density(sorted: Float64Array): { value: number; density: number }[] {
  const about = moments(sorted);
  const deviation = about && sampleDeviation(about);
  if (!deviation) return [];
  const bandwidth = 1.059 * deviation * sorted.length ** -0.2;
  const low = sorted[0] - 3 * bandwidth;
  const high = (sorted.at(-1) as number) + 3 * bandwidth;
  const n = Math.min(SAMPLE, sorted.length);
  const middles = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
  const sample = quantiles(sorted, middles) ?? sorted;
  return Array.from({ length: POINTS }, (_, i) => {
    const value = low + ((high - low) * i) / (POINTS - 1);
    let sum = 0;
    for (const each of sample) sum += Math.exp(-0.5 * ((value - each) / bandwidth) ** 2);
    return { value, density: sum };
  });
}

function densities(parts: readonly PartOfTable[], column: string, title: Title, alerts: readonly string[]): Chart {
  const shapes = parts.flatMap(({ period, table, chunk }, place) => {
    const values = table.columns.get(column);
    if (!values || isCategory(values)) return [];
    const sorted = knownValues(values, chunk.from, chunk.to).slice().sort();
    const grid = density(sorted);
    if (grid.length === 0) return [];
    const most = Math.max(...grid.map((point) => point.density));
    const quartiles = Array.from(quantiles(sorted, [0.25, 0.5, 0.75]) ?? []);
    const alert = period === "analysis" && alerts.includes(chunk.key);
    return [
      {
        place,
        period,
        chunk,
        alert,
        quartiles,
        grid: grid.map((point) => ({ ...point, density: point.density / most })),
      },
    ];
  });
  const areas = shapes.flatMap(({ place, period, chunk, alert, grid }) =>
    grid.map(({ value, density: width }) => ({
      place,
      to: place + 0.95 * width,
      value,
      period,
      chunk: chunk.key,
      alert,
    })),
  );
  const marks = shapes.flatMap(({ place, chunk, quartiles }) =>
    quartiles.map((value, q) => ({
      place,
      to: place + 0.8,
      value,
      chunk: chunk.key,
      quartile: ["lower quartile", "median", "upper quartile"][q],
    })),
  );
  const labels = parts.map(({ chunk }) => chunk.startDate?.slice(0, 10) ?? chunk.key);
  const x = placeAxis(labels);
  const y = { field: "value", type: "quantitative", title: column, scale: { zero: false } };
  const spec: VegaLiteSpec = {
    title,
    description: `${title.text} ${title.subtitle}`,
    width: 680,
    height: 280,
    layer: [
      {
        data: { values: areas },
        mark: { type: "area", orient: "horizontal", opacity: 0.55, line: false },
        encoding: {
          y,
          x: { ...x, field: "place" },
          x2: { field: "to" },
          detail: { field: "place" },
          color: periodColor,
        },
      },
      {
        data: { values: areas.filter(({ alert }) => alert) },
        mark: { type: "line", color: COLORS.vermillion, strokeWidth: 1.4 },
        encoding: { y, x: { ...x, field: "to" }, detail: { field: "place" }, order: { field: "value" } },
      },
      {
        data: { values: marks },
        mark: { type: "rule", strokeDash: [2, 2], strokeWidth: 1, opacity: 0.7 },
        encoding: {
          y,
          x: { ...x, field: "place" },
          x2: { field: "to" },
          tooltip: [{ field: "chunk" }, { field: "quartile" }, { field: "value", format: ".4g" }],
        },
      },
    ],
  };
  const figure: PlotlyFigure = {
    data: shapes.map(({ place, period, chunk, alert, grid }) => ({
      type: "scatter",
      mode: "lines",
      fill: "toself",
      x: [...grid.map(({ density: width }) => place + 0.95 * width), place, place],
      y: [...grid.map(({ value }) => value), grid.at(-1)?.value, grid[0]?.value],
      name: period,
      legendgroup: period,
      showlegend: shapes.find((shape) => shape.period === period)?.place === place,
      text: chunk.key,
      hoverinfo: "text+y",
      line: { width: 1, color: alert ? COLORS.vermillion : COLOR[period] },
      fillcolor: period === "reference" ? "rgba(138,148,160,0.5)" : "rgba(0,114,178,0.5)",
    })),
    layout: { height: 420, hovermode: "closest", yaxis: { title: { text: column } }, xaxis: tickAxis(labels) },
  };
  return plotlyChart(figure, vegaChart(spec));
}

const COLOR = { reference: COLORS.gray, analysis: COLORS.blue };
const periodColor = {
  field: "period",
  type: "nominal",
  scale: { domain: ["reference", "analysis"], range: [COLOR.reference, COLOR.analysis] },
};

const SHOWN = 5;

function shares(parts: readonly PartOfTable[], column: string, title: Title, alerts: readonly string[]): Chart {
  const counted = parts.map(({ period, table, chunk }) => {
    const values = table.columns.get(column);
    const counts = new Map<string, number>();
    if (values && isCategory(values)) {
      for (let i = chunk.from; i < chunk.to; i++) {
        const code = values.codes[i];
        const level = code < 0 ? "(missing)" : values.levels[code];
        counts.set(level, (counts.get(level) ?? 0) + 1);
      }
    }
    return { period, chunk, counts, rows: chunk.to - chunk.from };
  });
  const totals = new Map<string, number>();
  for (const { counts } of counted) for (const [level, n] of counts) totals.set(level, (totals.get(level) ?? 0) + n);
  const ranked = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([level]) => level);
  const kept = ranked.length > SHOWN + 1 ? ranked.slice(0, SHOWN) : ranked;
  const names = ranked.length > kept.length ? [...kept, "(other)"] : kept;
  const bars = counted.flatMap(({ period, chunk, counts, rows }, place) => {
    const known = kept.map((level) => [level, counts.get(level) ?? 0] as const);
    const rest = rows - known.reduce((sum, [, n]) => sum + n, 0);
    const all = names.length > kept.length ? [...known, ["(other)", rest] as const] : known;
    const alert = period === "analysis" && alerts.includes(chunk.key);
    return rows === 0
      ? []
      : all.map(([category, n], order) => ({ place, chunk: chunk.key, category, order, share: n / rows, alert }));
  });
  const labels = parts.map(({ chunk }) => chunk.startDate?.slice(0, 10) ?? chunk.key);
  const split = parts.findIndex(({ period }) => period === "analysis");
  const palette = [COLORS.blue, COLORS.sky, COLORS.green, COLORS.orange, COLORS.purple, COLORS.gray, "#4A5560"];
  const range = names.map((_, i) => palette[i % palette.length]);
  const spec: VegaLiteSpec = {
    title,
    description: `${title.text} ${title.subtitle}`,
    width: 680,
    height: 260,
    layer: [
      {
        data: { values: bars },
        mark: { type: "bar", strokeWidth: 1.5 },
        transform: [
          { calculate: "datum.place + 0.94", as: "to" },
          { stack: "share", groupby: ["place"], sort: [{ field: "order" }], as: ["low", "high"] },
        ],
        encoding: {
          x: { ...placeAxis(labels), field: "place" },
          x2: { field: "to" },
          y: {
            field: "low",
            type: "quantitative",
            title: "share of rows",
            axis: { format: "%" },
            scale: { domain: [0, 1] },
          },
          y2: { field: "high" },
          color: { field: "category", type: "nominal", scale: { domain: names, range } },
          stroke: { condition: { test: "datum.alert", value: COLORS.vermillion }, value: null },
          tooltip: [{ field: "chunk" }, { field: "category" }, { field: "share", format: ".1%" }],
        },
      },
      {
        data: { values: split > 0 ? [{ place: split - 0.03 }] : [] },
        mark: { type: "rule", color: "#1F2933", strokeWidth: 1.5 },
        encoding: { x: { ...placeAxis(labels), field: "place" } },
      },
    ],
  };
  const figure: PlotlyFigure = {
    data: names.map((category, i) => {
      const own = bars.filter((bar) => bar.category === category);
      const outline = own.map(({ alert }) => (alert ? COLORS.vermillion : "#FFFFFF"));
      return {
        type: "bar",
        name: category,
        x: own.map(({ place }) => place + 0.5),
        y: own.map(({ share }) => share),
        customdata: own.map(({ chunk }) => chunk),
        hovertemplate: `%{customdata}<br>${category.replace(/[<>&%{}]/g, " ")}: %{y:.1%}<extra></extra>`,
        marker: { color: range[i], line: { color: outline, width: own.map(({ alert }) => (alert ? 1.5 : 0)) } },
      };
    }),
    layout: {
      height: 420,
      barmode: "stack",
      hovermode: "closest",
      yaxis: { tickformat: ".0%" },
      xaxis: tickAxis(labels),
    },
  };
  return plotlyChart(figure, vegaChart(spec));
}

function placeAxis(labels: readonly string[]) {
  const every = Math.max(1, Math.ceil(labels.length / 8));
  const values = labels.map((_, i) => i).filter((i) => i % every === 0);
  const named = JSON.stringify(Object.fromEntries(values.map((i) => [i, labels[i]])));
  return {
    type: "quantitative",
    title: null,
    scale: { domain: [0, labels.length] },
    axis: { values, labelExpr: `${named}[datum.value]`, labelAlign: "left" },
  };
}

function tickAxis(labels: readonly string[]) {
  const every = Math.max(1, Math.ceil(labels.length / 8));
  const tickvals = labels.map((_, i) => i).filter((i) => i % every === 0);
  return { tickvals, ticktext: tickvals.map((i) => labels[i]), range: [0, labels.length], showgrid: false };
}
