import type { Chart } from "../charts/chart.js";
import { type PlotlyFigure, plotlyChart } from "../charts/plotly-chart.js";
import { COLORS, MUTED } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";

interface Point {
  x: string;
  key: string;
  period: "reference" | "analysis";
  value: number | null;
  low: number | null;
  high: number | null;
  lower: number | null;
  upper: number | null;
  alert: boolean;
  n: number;
  why: string;
}

/**
 * Draws one series of a result over its chunks: reference and analysis, thresholds, sampling band (± 3 standard errors),
 * alerts. Interactive with Plotly, static as Vega-Lite and SVG.
 *
 * @param key the series: a metric such as `roc_auc`
 */
export function performanceChart(result: MonitoringResult, key: string): Chart {
  const points = pointsOf(result, key);
  const label = result.series.find((series) => series.key === key)?.label ?? key;
  const alerts = points.filter((point) => point.alert);
  const title = `${label} by chunk`;
  const subtitle = !points.some((point) => point.period === "analysis" && point.value !== null)
    ? "nothing to judge yet: no label of the analysis has come in"
    : alerts.length
      ? `${alerts.length} alert${alerts.length > 1 ? "s" : ""}, the first in chunk ${alerts[0]?.key}`
      : "no alerts: every chunk lies within its thresholds";
  return plotlyChart(figureOf(points, label), vegaChart(specOf(points, { title, subtitle, label })));
}

function pointsOf(result: MonitoringResult, key: string): Point[] {
  // a share cannot be above 1, and its band should not say so
  const isShare = result.measures(key).every(({ value }) => value === null || (value >= 0 && value <= 1));
  const clip = (value: number) => (isShare ? Math.min(1, Math.max(0, value)) : value);
  return result.measures(key).map((measure, i) => {
    const chunk = result.chunks[i];
    const error = measure.samplingError ?? null;
    const band = (sign: number) =>
      measure.value === null || error === null ? null : clip(measure.value + sign * 3 * error);
    return {
      x: chunk.startMs === null ? String(chunk.chunkIndex) : new Date(chunk.startMs).toISOString().slice(0, 10),
      key: chunk.key,
      period: chunk.period,
      value: measure.value,
      low: band(-1),
      high: band(1),
      lower: measure.lowerThreshold,
      upper: measure.upperThreshold,
      alert: measure.alert === true,
      n: measure.n,
      why: measure.notComputed ?? measure.note ?? "",
    };
  });
}

const COLOR = { reference: COLORS.gray, analysis: COLORS.blue };

function specOf(points: Point[], { title, subtitle, label }: { title: string; subtitle: string; label: string }) {
  const x = {
    field: "x",
    type: "temporal",
    scale: { type: "utc" },
    title: null,
    axis: { tickCount: 8, format: "%d %b %y", labelOverlap: true },
  };
  const y = (field: string) => ({ field, type: "quantitative", title: label, scale: { zero: false } });
  const color = {
    field: "period",
    type: "nominal",
    scale: { domain: ["reference", "analysis"], range: [COLOR.reference, COLOR.analysis] },
  };
  const tooltip = [
    { field: "key", title: "chunk" },
    { field: "value", title: label, format: ".4f" },
    { field: "lower", title: "lower threshold", format: ".4f" },
    { field: "upper", title: "upper threshold", format: ".4f" },
    { field: "n", title: "snapshots with label" },
    { field: "why", title: "note" },
  ];
  const limit = (field: string) => ({
    transform: [{ filter: `isValid(datum.${field})` }],
    mark: { type: "line", strokeDash: [5, 4], strokeWidth: 1.2, color: COLORS.vermillion, opacity: 0.75 },
    encoding: { x, y: y(field) },
  });
  const computed = [{ filter: "isValid(datum.value)" }];
  return {
    title: { text: title, subtitle },
    description: `${title}: ${subtitle}. Reference in grey, analysis in blue, thresholds dashed, alerts as red diamonds.`,
    width: 680,
    height: 280,
    data: { values: points },
    layer: [
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "area", opacity: 0.15, line: false },
        encoding: { x, y: y("low"), y2: { field: "high" }, color },
      },
      limit("lower"),
      limit("upper"),
      { transform: computed, mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("value"), color } },
      {
        transform: computed,
        mark: { type: "point", filled: true, size: 46, opacity: 1 },
        encoding: { x, y: y("value"), color, tooltip },
      },
      {
        transform: [{ filter: "datum.alert" }],
        mark: { type: "point", shape: "diamond", filled: true, size: 190, color: COLORS.vermillion, opacity: 1 },
        encoding: { x, y: y("value"), tooltip },
      },
      {
        transform: [{ filter: "!isValid(datum.value)" }],
        mark: {
          type: "text",
          text: "no labels",
          angle: 270,
          color: MUTED,
          fontSize: 10,
          baseline: "bottom",
          y: "height",
          align: "left",
          dx: 6,
        },
        encoding: { x, tooltip },
      },
    ],
  };
}

function figureOf(points: Point[], label: string): PlotlyFigure {
  const part = (period: Point["period"]) => points.filter((point) => point.period === period);
  const line = (period: Point["period"]) => ({
    type: "scatter",
    mode: "lines+markers",
    name: period,
    x: part(period).map((point) => point.x),
    y: part(period).map((point) => point.value),
    error_y: {
      type: "data",
      symmetric: false,
      array: part(period).map((point) => (point.high ?? 0) - (point.value ?? 0)),
      arrayminus: part(period).map((point) => (point.value ?? 0) - (point.low ?? 0)),
      thickness: 1,
      width: 3,
    },
    customdata: part(period).map((point) => [point.key, point.n, point.why]),
    hovertemplate: `%{y:.4f}, chunk %{customdata[0]}, %{customdata[1]:,} labelled %{customdata[2]}<extra>${period}</extra>`,
    line: { color: COLOR[period], width: 2 },
  });
  const limit = (name: string, field: "lower" | "upper") => ({
    type: "scatter",
    mode: "lines",
    name,
    x: points.map((point) => point.x),
    y: points.map((point) => point[field]),
    line: { color: COLORS.vermillion, dash: "dash", width: 1 },
    hoverinfo: "skip",
  });
  const alerts = points.filter((point) => point.alert);
  return {
    data: [
      line("reference"),
      line("analysis"),
      ...(points.some((point) => point.lower !== null) ? [limit("lower threshold", "lower")] : []),
      ...(points.some((point) => point.upper !== null) ? [limit("upper threshold", "upper")] : []),
      {
        type: "scatter",
        mode: "markers",
        name: "alert",
        x: alerts.map((point) => point.x),
        y: alerts.map((point) => point.value),
        marker: { color: COLORS.vermillion, symbol: "diamond", size: 13 },
        hoverinfo: "skip",
      },
    ],
    layout: {
      height: 380,
      margin: { l: 60, r: 20, t: 50, b: 50 },
      yaxis: { title: { text: label } },
      legend: { orientation: "h", y: -0.15 },
    },
  };
}
