import { dateOf } from "../core/days.js";
import type { Chart } from "./chart.js";
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

/** Ticks that whole numbers have room for; more would stand between them. */
function wholeSteps(at: readonly number[]): number {
  const [low, high] = at.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  return Math.max(1, Math.min(10, high - low));
}

/** Draws lines over days or over numbers, with bands, thresholds and marked points. */
export function lineChart(options: LineChartOptions): Chart {
  const { series, x, y, rules = [] } = options;
  const day = (x.kind ?? "day") === "day";
  const at = Array.from(x.values as ArrayLike<number | string>, (value) =>
    day && typeof value === "number" ? dateOf(value) : value,
  );
  const values = series.flatMap((line) =>
    at.map((position, i) => ({
      x: position,
      series: line.name,
      y: finiteOrNull(line.values[i]),
      ...(line.low && line.high ? { low: finiteOrNull(line.low[i]), high: finiteOrNull(line.high[i]) } : {}),
      ...(line.marked?.[i] ? { marked: true } : {}),
    })),
  );
  const numbers = axisNumbers(
    values.map((row) => row.y ?? 0),
    y.format,
  );
  const many = series.length > 1;
  const color = {
    field: "series",
    type: "nominal",
    scale: {
      domain: series.map((line) => line.name),
      range: series.map((line, i) => line.color ?? THEME.range.category[i % THEME.range.category.length]),
    },
    legend: many ? { symbolType: "stroke" } : null,
  };
  const xEncoding = day
    ? { field: "x", type: "temporal", scale: { type: "utc" }, title: x.title ?? null, axis: { tickCount: 8 } }
    : {
        field: "x",
        type: "quantitative",
        title: x.title ?? null,
        scale: { zero: false, nice: false },
        // no batch 1.5 between the first and the second
        ...(at.every(Number.isInteger) ? { axis: { tickCount: wholeSteps(at as number[]) } } : {}),
      };
  const yEncoding = {
    field: "y",
    type: "quantitative",
    title: y.title,
    axis: { ...numbers, tickCount: 6 },
    scale: { zero: y.zero ?? false, ...(y.domain ? { domain: y.domain } : {}) },
  };
  const dashed = series.filter((line) => line.dashed).map((line) => line.name);
  const points = options.points ?? at.length <= 40;
  return vegaChart({
    title: titleSpec(options.title, options.subtitle),
    description: options.description ?? describe(options, at),
    width: options.width ?? 680,
    height: options.height ?? 280,
    data: { values },
    layer: [
      ...(series.some((line) => line.low && line.high)
        ? [
            {
              transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
              mark: { type: "area" },
              encoding: { x: xEncoding, y: { ...yEncoding, field: "low" }, y2: { field: "high" }, color },
            },
          ]
        : []),
      ...(rules.length
        ? [
            {
              data: { values: rules.map((rule) => ({ value: rule.value, color: rule.color ?? MUTED })) },
              mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.25 },
              encoding: {
                y: { field: "value", type: "quantitative" },
                color: { field: "color", type: "nominal", scale: null },
              },
            },
            {
              data: {
                values: rules
                  .filter((rule) => rule.name)
                  .map((rule) => ({ value: rule.value, name: rule.name, color: rule.color ?? MUTED })),
              },
              mark: { type: "text", align: "left", dx: 8, fontSize: 11 },
              encoding: {
                x: { value: "width" },
                y: { field: "value", type: "quantitative" },
                text: { field: "name" },
                color: { field: "color", type: "nominal", scale: null },
              },
            },
          ]
        : []),
      {
        mark: { type: "line" },
        encoding: {
          x: xEncoding,
          y: yEncoding,
          color,
          ...(dashed.length
            ? {
                strokeDash: {
                  condition: { test: `indexof(${JSON.stringify(dashed)}, datum.series) >= 0`, value: [5, 4] },
                  value: [],
                },
              }
            : {}),
        },
      },
      {
        name: points ? "points" : "hover",
        mark: { type: "point", opacity: points ? 1 : 0, size: points ? 34 : 90 },
        encoding: {
          x: xEncoding,
          y: yEncoding,
          color,
          tooltip: [
            { field: "x", type: "nominal", title: x.title ?? (day ? "day" : "x") },
            ...(many ? [{ field: "series", type: "nominal", title: "series" }] : []),
            { field: "y", type: "quantitative", title: y.title, format: y.format ?? ",.4~r" },
          ],
        },
      },
      ...(series.some((line) => line.marked)
        ? [
            {
              transform: [{ filter: "datum.marked" }],
              mark: { type: "point", shape: "diamond", size: 110, color: COLORS.vermillion, opacity: 1 },
              encoding: { x: xEncoding, y: yEncoding },
            },
          ]
        : []),
    ],
  });
}

function describe({ series, y }: LineChartOptions, at: readonly unknown[]): string {
  const names = series.map((line) => line.name).join(", ");
  return `Line chart of ${names} (${y.title}), ${at.length} points from ${at[0]} to ${at.at(-1)}.`;
}
