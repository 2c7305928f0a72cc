import { dateOf } from "../core/days.js";
import type { Chart, VegaLiteSpec } from "./chart.js";
import { axisNumbers, type ChartText, finiteOrNull, titleSpec } from "./chart-text.js";
import { COLORS, MUTED, THEME } from "./theme.js";
import { vegaChart } from "./vega-chart.js";

/** One line; NaN breaks it. */
export interface LineSeries {
  name: string;
  values: ArrayLike<number>;
  /** Limits of a band around the line. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
  /** Points to mark, as alerts are: true at their index. */
  marked?: ArrayLike<boolean | number>;
  color?: string;
  dashed?: boolean;
}

export interface LineChartOptions extends ChartText {
  title: string;
  /** `values` are days since 1970-01-01 or YYYY-MM-DD texts when `kind` is "day" (the default), plain numbers for "number". */
  x: { title?: string; values: ArrayLike<number> | readonly string[]; kind?: "day" | "number" };
  y: { title: string; format?: string; domain?: [number, number]; zero?: boolean };
  series: readonly LineSeries[];
  /** Horizontal lines: thresholds, targets. */
  rules?: readonly { value: number; name?: string; color?: string }[];
  /** Draws a point at every value; by default when there are at most 40. */
  points?: boolean;
  width?: number;
  height?: number;
}

type Mark = VegaLiteSpec;

/** What the marks of a line chart share: the rows that are drawn, and how a column of them becomes a place or a color. */
interface LinePlot {
  positions: (number | string)[];
  rows: LineRow[];
  x: object;
  y: object;
  color: object;
}

interface LineRow {
  x: number | string;
  series: string;
  y: number | null;
  low?: number | null;
  high?: number | null;
  marked?: true;
}

/**
 * Draws lines over days or over numbers, with bands, thresholds and marked points. The data are rows of one point of one
 * line, the marks are layered in this order: bands, rules, lines, points.
 *
 * @param options `x.values` and the values of every series are of one length
 */
export function lineChart(options: LineChartOptions): Chart {
  const plot = linePlot(options);
  return vegaChart({
    title: titleSpec(options.title, options.subtitle),
    description: options.description ?? describe(options, plot.positions),
    width: options.width ?? 680,
    height: options.height ?? 280,
    data: { values: plot.rows },
    layer: [
      ...bandMarks(plot, options),
      ...ruleMarks(options.rules ?? []),
      lineMark(plot, options),
      pointMark(plot, options),
      ...markedPoints(plot, options),
    ],
  });
}

function linePlot(options: LineChartOptions): LinePlot {
  const { series, x, y } = options;
  const day = isByDay(options);
  const positions = Array.from({ length: x.values.length }, (_, i): number | string => {
    const value = x.values[i];
    return day && typeof value === "number" ? dateOf(value) : value;
  });
  const rows = series.flatMap((line) => positions.map((position, i) => lineRow(line, position, i)));
  const numbers = axisNumbers(
    rows.map((row) => row.y ?? 0),
    y.format,
  );
  return {
    positions,
    rows,
    x: day
      ? { field: "x", type: "temporal", scale: { type: "utc" }, title: x.title ?? null, axis: { tickCount: 8 } }
      : numberAxis(positions, x.title),
    y: {
      field: "y",
      type: "quantitative",
      title: y.title,
      axis: { ...numbers, tickCount: 6 },
      scale: { zero: y.zero ?? false, ...(y.domain ? { domain: y.domain } : {}) },
    },
    color: {
      field: "series",
      type: "nominal",
      scale: {
        domain: series.map((line) => line.name),
        range: series.map((line, i) => line.color ?? THEME.range.category[i % THEME.range.category.length]),
      },
      legend: series.length > 1 ? { symbolType: "stroke" } : null,
    },
  };
}

function lineRow({ name, values, low, high, marked }: LineSeries, x: number | string, i: number): LineRow {
  const row: LineRow = { x, series: name, y: finiteOrNull(values[i]) };
  if (low && high) Object.assign(row, { low: finiteOrNull(low[i]), high: finiteOrNull(high[i]) });
  if (marked?.[i]) row.marked = true;
  return row;
}

function numberAxis(positions: readonly (number | string)[], title: string | undefined): object {
  const axis = { field: "x", type: "quantitative", title: title ?? null, scale: { zero: false, nice: false } };
  const whole = positions.filter((position): position is number => Number.isInteger(position));
  // no batch 1.5 between the first and the second
  return whole.length === positions.length ? { ...axis, axis: { tickCount: wholeSteps(whole) } } : axis;
}

/** Ticks that whole numbers have room for; more would stand between them. */
function wholeSteps(at: readonly number[]): number {
  const [low, high] = at.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  return Math.max(1, Math.min(10, high - low));
}

function bandMarks({ x, y, color }: LinePlot, { series }: LineChartOptions): Mark[] {
  if (!series.some((line) => line.low && line.high)) return [];
  return [
    {
      transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
      mark: { type: "area" },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
    },
  ];
}

function ruleMarks(rules: NonNullable<LineChartOptions["rules"]>): Mark[] {
  if (rules.length === 0) return [];
  const y = { field: "value", type: "quantitative" };
  const color = { field: "color", type: "nominal", scale: null };
  const named = rules.filter((rule) => rule.name);
  return [
    {
      data: { values: rules.map((rule) => ({ value: rule.value, color: rule.color ?? MUTED })) },
      mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.25 },
      encoding: { y, color },
    },
    {
      data: { values: named.map((rule) => ({ value: rule.value, name: rule.name, color: rule.color ?? MUTED })) },
      mark: { type: "text", align: "left", dx: 8, fontSize: 11 },
      encoding: { x: { value: "width" }, y, text: { field: "name" }, color },
    },
  ];
}

function lineMark({ x, y, color }: LinePlot, { series }: LineChartOptions): Mark {
  const dashed = series.filter((line) => line.dashed).map((line) => line.name);
  const test = `indexof(${JSON.stringify(dashed)}, datum.series) >= 0`;
  const strokeDash = { condition: { test, value: [5, 4] }, value: [] };
  return { mark: { type: "line" }, encoding: { x, y, color, ...(dashed.length ? { strokeDash } : {}) } };
}

/** A point at every value: to be seen, or under the pointer only. */
function pointMark({ positions, x, y, color }: LinePlot, options: LineChartOptions): Mark {
  const points = options.points ?? positions.length <= 40;
  return {
    name: points ? "points" : "hover",
    mark: { type: "point", opacity: points ? 1 : 0, size: points ? 34 : 90 },
    encoding: {
      x,
      y,
      color,
      tooltip: [
        { field: "x", type: "nominal", title: options.x.title ?? (isByDay(options) ? "day" : "x") },
        ...(options.series.length > 1 ? [{ field: "series", type: "nominal", title: "series" }] : []),
        { field: "y", type: "quantitative", title: options.y.title, format: options.y.format ?? ",.4~r" },
      ],
    },
  };
}

function markedPoints({ x, y }: LinePlot, { series }: LineChartOptions): Mark[] {
  if (!series.some((line) => line.marked)) return [];
  return [
    {
      transform: [{ filter: "datum.marked" }],
      mark: { type: "point", shape: "diamond", size: 110, color: COLORS.vermillion, opacity: 1 },
      encoding: { x, y },
    },
  ];
}

function isByDay({ x }: LineChartOptions): boolean {
  return (x.kind ?? "day") === "day";
}

function describe({ series, y }: LineChartOptions, at: readonly unknown[]): string {
  const names = series.map((line) => line.name).join(", ");
  return `Line chart of ${names} (${y.title}), ${at.length} points from ${at[0]} to ${at.at(-1)}.`;
}
