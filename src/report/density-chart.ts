import type { Chart, VegaLiteSpec } from "../charts/chart.js";
import { type PlotlyFigure, plotlyChart } from "../charts/plotly-chart.js";
import { COLORS } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import { isCategory } from "../monitoring/chunks/column.js";
import { knownValues } from "../statistics/known-values.js";
import { moments, sampleDeviation } from "../statistics/moments.js";
import { quantiles } from "../statistics/quantile.js";
import { type ChunkChartText, type ChunkOfTable, chunkLabels, isMarked, placeAxis, tickAxis } from "./chunk-axis.js";

/** Draws the densities of a column of numbers side by side, a chunk each, with their quartiles (a joy plot). */
export function densityChart(chunks: readonly ChunkOfTable[], text: ChunkChartText): Chart {
  const shapes = shapesOf(chunks, text);
  const labels = chunkLabels(chunks);
  return plotlyChart(figureOf(shapes, labels, text), vegaChart(specOf(shapes, labels, text)));
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
  const high = sorted[sorted.length - 1] + 3 * bandwidth;
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

/** The density of a chunk, 1 at its highest. */
interface Shape {
  readonly place: number;
  readonly period: ChunkOfTable["period"];
  readonly chunk: string;
  readonly alert: boolean;
  readonly quartiles: readonly number[];
  readonly grid: readonly { readonly value: number; readonly density: number }[];
}

function shapesOf(chunks: readonly ChunkOfTable[], { column, alerts }: ChunkChartText): Shape[] {
  return chunks.flatMap((each, place) => {
    const { period, table, chunk } = each;
    const values = table.columns.get(column);
    if (!values || isCategory(values)) return [];
    const sorted = knownValues(values, chunk.from, chunk.to).sort();
    const grid = density(sorted);
    if (grid.length === 0) return [];
    const most = Math.max(...grid.map((point) => point.density));
    return {
      place,
      period,
      chunk: chunk.key,
      alert: isMarked(each, alerts),
      quartiles: Array.from(quantiles(sorted, [0.25, 0.5, 0.75]) ?? []),
      grid: grid.map((point) => ({ ...point, density: point.density / most })),
    };
  });
}

function specOf(
  shapes: readonly Shape[],
  labels: readonly string[],
  { columnTitle, title }: ChunkChartText,
): VegaLiteSpec {
  const areas = shapes.flatMap(({ place, period, chunk, alert, grid }) =>
    grid.map(({ value, density }) => ({ place, to: place + 0.95 * density, value, period, chunk, alert })),
  );
  const quartiles = shapes.flatMap(({ place, chunk, quartiles }) =>
    quartiles.map((value, q) => ({ place, to: place + 0.8, value, chunk, quartile: QUARTILES[q] })),
  );
  const x = placeAxis(labels);
  const y = { field: "value", type: "quantitative", title: columnTitle, scale: { zero: false } };
  return {
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
        data: { values: quartiles },
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
}

const QUARTILES = ["lower quartile", "median", "upper quartile"];
const COLOR = { reference: COLORS.gray, analysis: COLORS.blue };
const periodColor = {
  field: "period",
  type: "nominal",
  scale: { domain: ["reference", "analysis"], range: [COLOR.reference, COLOR.analysis] },
};

function figureOf(shapes: readonly Shape[], labels: readonly string[], { columnTitle }: ChunkChartText): PlotlyFigure {
  return {
    data: shapes.map(({ place, period, chunk, alert, grid }) => ({
      type: "scatter",
      mode: "lines",
      fill: "toself",
      x: [...grid.map(({ density }) => place + 0.95 * density), place, place],
      y: [...grid.map(({ value }) => value), grid.at(-1)?.value, grid[0]?.value],
      name: period,
      legendgroup: period,
      showlegend: shapes.find((shape) => shape.period === period)?.place === place,
      text: chunk,
      hoverinfo: "text+y",
      line: { width: 1, color: alert ? COLORS.vermillion : COLOR[period] },
      fillcolor: period === "reference" ? "rgba(138,148,160,0.5)" : "rgba(0,114,178,0.5)",
    })),
    layout: { height: 420, hovermode: "closest", yaxis: { title: { text: columnTitle } }, xaxis: tickAxis(labels) },
  };
}
