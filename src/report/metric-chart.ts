import type { Chart, VegaLiteSpec } from "../charts/chart.js";
import { type PlotlyFigure, plotlyChart } from "../charts/plotly-chart.js";
import { COLORS, MUTED } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import { ChurnError } from "../core/errors.js";
import type { ChunkInfo, Measure, Series } from "../monitoring/calculators/measure.js";
import { calculatorFor } from "../monitoring/engine/calculators.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { stepLine } from "./step-line.js";

const MOST_SERIES = 12;

/** A chunk of a series as it is drawn. */
export interface ChartPoint {
  readonly x: string | number;
  readonly end: string | number;
  readonly middle: string | number;
  readonly chunk: string;
  readonly period: "reference" | "analysis";
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly alert: boolean;
  readonly n: number;
  readonly note: string;
}

/**
 * Draws a result over its chunks, a panel for each series: a step a chunk, reference and analysis, thresholds, the band where
 * the result has one, alerts of the analysis as diamonds. An estimate is dashed.
 *
 * @throws BAD_OPTION for more than twelve series: filter the result first
 */
export function metricChart(result: MonitoringResult): Chart {
  const { series } = result;
  if (series.length === 0 || series.length > MOST_SERIES) {
    throw new ChurnError("BAD_OPTION", `a chart of ${series.length} series cannot be read`, {
      hint: `filter the result to at most ${MOST_SERIES}, for example result.filter({ columns: "tenure" })`,
    });
  }
  const title = calculatorFor(result.calculator).title;
  const alerts = result.alerts();
  const first = alerts[0];
  const subtitle = first
    ? `${alerts.length} alert${alerts.length > 1 ? "s" : ""}, the first in chunk ${first.chunk.key}`
    : "no alerts: every chunk of the analysis lies within its thresholds";
  const panels = series.map((each) => ({ name: panelName(result, each), points: chartPoints(result, each) }));
  const dashed = result.calculator === "cbpe";
  return plotlyChart(figureOf(panels, dashed), vegaChart(specOf(panels, title, subtitle, dashed)));
}

interface Panel {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

function panelName({ calculator }: MonitoringResult, { label, column }: Series): string {
  if (calculator === "cbpe") return `Estimated ${label}`;
  if (calculator === "realized") return `Realized ${label}`;
  return column === undefined ? label : `${label} for ${column}`;
}

/** The points of a series, in the order of the chunks. */
export function chartPoints(result: MonitoringResult, { measures }: Series): ChartPoint[] {
  return measures.map((measure, i) => {
    const chunk = result.chunks[i];
    return {
      ...placeOf(result.chunks, i),
      chunk: chunk.key,
      period: chunk.period,
      value: measure.value,
      low: measure.lowerConfidenceBoundary ?? null,
      high: measure.upperConfidenceBoundary ?? null,
      lower: measure.lowerThreshold,
      upper: measure.upperThreshold,
      alert: measure.alert === true && chunk.period === "analysis",
      n: measure.n,
      note: noteOf(measure),
    };
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Where a chunk lies on the axis: in time, or in its place where there is none. */
function placeOf(chunks: readonly ChunkInfo[], i: number): Pick<ChartPoint, "x" | "end" | "middle"> {
  const { startMs, endMs } = chunks[i];
  if (startMs === null || endMs === null) return { x: i, end: i + 1, middle: i + 0.5 };
  const next = chunks[i + 1];
  const same = next?.startMs !== null && next?.period === chunks[i]?.period;
  const from = Math.trunc(startMs);
  const to = Math.trunc(same && next ? next.startMs : endMs);
  return { x: iso(from), end: iso(to), middle: iso((from + to) / 2) };
}

const noteOf = ({ notComputed, note }: Measure): string => notComputed ?? note ?? "";

const COLOR = { reference: COLORS.gray, analysis: COLORS.blue };

function specOf(panels: readonly Panel[], title: string, subtitle: string, dashed: boolean): VegaLiteSpec {
  const inTime = typeof panels[0]?.points[0]?.x === "string";
  const x = (field: string) => ({
    field,
    title: inTime ? null : "chunk",
    ...(inTime ? { type: "temporal", scale: { type: "utc" } } : { type: "quantitative" }),
  });
  return {
    title: { text: title, subtitle },
    description: `${title}: ${subtitle}. Reference grey, analysis blue, thresholds dashed, alerts as red diamonds.`,
    vconcat: panels.map(({ name, points }) => panelSpec(name, points, x, dashed)),
    spacing: 18,
  };
}

function panelSpec(
  name: string,
  points: readonly ChartPoint[],
  x: (field: string) => Record<string, unknown>,
  dashed: boolean,
): VegaLiteSpec {
  const y = (field: string) => ({ field, type: "quantitative", title: name, scale: { zero: false } });
  const color = {
    field: "period",
    type: "nominal",
    scale: { domain: ["reference", "analysis"], range: [COLOR.reference, COLOR.analysis] },
  };
  const rule = (field: string, extra: Record<string, unknown>, encoding: Record<string, unknown> = {}) => ({
    transform: [{ filter: `isValid(datum.${field})` }],
    mark: { type: "rule", ...extra },
    encoding: { x: x("x"), x2: { field: "end" }, y: y(field), ...encoding },
  });
  const limit = { strokeDash: [5, 4], strokeWidth: 1.2, color: COLORS.vermillion, opacity: 0.8 };
  const tooltip = [
    { field: "chunk" },
    { field: "value", title: name, format: ".4f" },
    { field: "lower", title: "lower threshold", format: ".4f" },
    { field: "upper", title: "upper threshold", format: ".4f" },
    { field: "n", title: "rows" },
    { field: "note" },
  ];
  return {
    width: 680,
    height: 150,
    data: { values: [...points] },
    layer: [
      {
        transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
        mark: { type: "rect", opacity: 0.15 },
        encoding: { x: x("x"), x2: { field: "end" }, y: y("low"), y2: { field: "high" }, color },
      },
      rule("lower", limit),
      rule("upper", limit),
      rule("value", { strokeWidth: 2.5, ...(dashed ? { strokeDash: [7, 3] } : {}) }, { color }),
      {
        transform: [{ filter: "isValid(datum.value)" }],
        mark: { type: "point", filled: true, size: 18, opacity: 1 },
        encoding: { x: x("middle"), y: y("value"), color, tooltip },
      },
      {
        transform: [{ filter: "datum.alert" }],
        mark: { type: "point", shape: "diamond", filled: true, size: 110, color: COLORS.vermillion, opacity: 1 },
        encoding: { x: x("middle"), y: y("value"), tooltip },
      },
      {
        transform: [{ filter: "!isValid(datum.value)" }],
        mark: { type: "text", text: "×", color: MUTED, y: "height", dy: -6 },
        encoding: { x: x("middle"), tooltip },
      },
    ],
  };
}

function figureOf(panels: readonly Panel[], dashed: boolean): PlotlyFigure {
  const rows = panels.length;
  const height = 1 / rows;
  const axes = Object.fromEntries(
    panels.flatMap(({ name }, i) => {
      const id = i === 0 ? "" : String(i + 1);
      const top = 1 - i * height;
      return [
        [
          `yaxis${id}`,
          {
            domain: [top - height * 0.8, top],
            title: { text: name.replace(" for ", "<br>") },
            anchor: `x${id}`,
            zeroline: false,
          },
        ],
        [`xaxis${id}`, { anchor: `y${id}`, ...(i > 0 ? { matches: "x" } : {}), showgrid: false }],
      ];
    }),
  );
  const shapes = panels.flatMap(({ points }, i) => {
    const split = points.find(({ period }) => period === "analysis");
    if (!split || points[0]?.period !== "reference") return [];
    const id = i === 0 ? "" : String(i + 1);
    const line = { color: "#666666", width: 1 };
    return [{ type: "line", xref: `x${id}`, yref: `y${id} domain`, x0: split.x, x1: split.x, y0: 0, y1: 1, line }];
  });
  return {
    data: panels.flatMap((panel, i) => traces(panel, i, dashed)),
    layout: {
      height: 180 + 220 * rows,
      hovermode: "closest",
      ...axes,
      shapes,
      showlegend: true,
      legend: { orientation: "h", y: -0.12 },
    },
  };
}

function traces({ name, points }: Panel, i: number, dashed: boolean): Record<string, unknown>[] {
  const id = i === 0 ? "" : String(i + 1);
  const at = { xaxis: `x${id}`, yaxis: `y${id}`, type: "scatter" };
  const legend = (group: string, extra = true) => ({ legendgroup: group, showlegend: i === 0 && extra, name: group });
  const parts = (["reference", "analysis"] as const).flatMap((period) => {
    const own = points.filter((point) => point.period === period);
    if (own.length === 0) return [];
    const line = (color: string, extra: Record<string, unknown> = {}) => ({ color, width: 2, ...extra });
    const limits = (["lower", "upper"] as const)
      .filter((side) => own.some((point) => point[side] !== null))
      .map((side, k) => ({
        ...at,
        ...legend("threshold", period === "reference" && k === 0),
        mode: "lines",
        ...stepLine(own, (point) => point[side]),
        line: line(COLORS.vermillion, { dash: "dash", width: 1.5 }),
        hoverinfo: "skip",
      }));
    const band = own.some(({ low, high }) => low !== null && high !== null)
      ? [
          {
            ...at,
            mode: "lines",
            ...stepLine(own, ({ high }) => high),
            line: line(COLOR[period], { width: 0 }),
            showlegend: false,
            hoverinfo: "skip",
          },
          {
            ...at,
            ...legend("confidence band", period === "analysis"),
            mode: "lines",
            ...stepLine(own, ({ low }) => low),
            line: line(COLOR[period], { width: 0 }),
            fill: "tonexty",
            fillcolor: period === "analysis" ? "rgba(0,114,178,0.2)" : "rgba(138,148,160,0.2)",
            hoverinfo: "skip",
          },
        ]
      : [];
    return [
      ...band,
      ...limits,
      {
        ...at,
        ...legend(period),
        mode: "lines",
        ...stepLine(own, ({ value }) => value),
        line: line(COLOR[period], dashed ? { dash: "dash" } : {}),
        hoverinfo: "skip",
      },
      {
        ...at,
        legendgroup: period,
        showlegend: false,
        mode: "markers",
        x: own.map(({ middle }) => middle),
        y: own.map(({ value }) => value),
        marker: { color: COLOR[period], size: 5 },
        customdata: own.map(({ chunk, n, note, alert }) => [alert ? "⚠ alert" : period, chunk, n, note]),
        hovertemplate: `<b>%{customdata[0]}</b><br>chunk %{customdata[1]}<br>${name}: %{y:.4f}<br>%{customdata[2]:,} rows<br>%{customdata[3]}<extra></extra>`,
      },
    ];
  });
  const alerts = points.filter(({ alert }) => alert);
  return [
    ...parts,
    ...(alerts.length
      ? [
          {
            ...at,
            ...legend("alert"),
            mode: "markers",
            x: alerts.map(({ middle }) => middle),
            y: alerts.map(({ value }) => value),
            marker: { color: COLORS.vermillion, symbol: "diamond", size: 9 },
            hoverinfo: "skip",
          },
        ]
      : []),
  ];
}
