import type { Chart } from "./chart.js";
import { axisNumbers, type ChartText, finiteOrNull, shortNumber, titleSpec } from "./chart-text.js";
import { COLORS } from "./theme.js";
import { vegaChart } from "./vega-chart.js";

/** Named numbers, with the limits of an interval where there are any. */
export interface Bars {
  names: readonly string[];
  values: ArrayLike<number>;
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
}

/**
 * Draws horizontal bars, the longest on top, with intervals as thin lines.
 *
 * @param options.valueTitle axis title, unit included
 * @param options.top how many of the largest to show, 25 by default
 * @param options.sort `false` keeps the given order
 * @param options.format d3 format of the values
 */
export function barChart(
  bars: Bars,
  options: ChartText & {
    title: string;
    valueTitle: string;
    nameTitle?: string;
    top?: number;
    sort?: boolean;
    format?: string;
  },
): Chart {
  const { top = 25, sort = true } = options;
  let values = Array.from(bars.names, (name, i) => ({
    name,
    value: finiteOrNull(bars.values[i]),
    low: finiteOrNull(bars.low?.[i]),
    high: finiteOrNull(bars.high?.[i]),
  }));
  if (sort) values = values.sort((a, b) => Math.abs(b.value ?? 0) - Math.abs(a.value ?? 0));
  const left = values.length - top;
  values = values.slice(0, top);
  const numbers = axisNumbers(
    values.map((bar) => bar.value ?? 0),
    options.format,
  );
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    title: options.nameTitle ?? null,
    axis: { labelColor: "#1F2933", labelLimit: 380 },
  };
  const first = values[0];
  const subtitle = options.subtitle ?? (left > 0 ? `the ${top} largest of ${bars.names.length}` : undefined);
  return vegaChart({
    // over the names too: they may be long, and a title that began behind them would leave the page
    title: { ...titleSpec(options.title, subtitle), frame: "bounds" },
    description:
      options.description ??
      (first
        ? `${options.title}: ${bars.names.length} bars, first ${first.name} with ${shortNumber(first.value ?? Number.NaN)}.`
        : options.title),
    width: 480,
    height: { step: 22 },
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: "bar", height: { band: 0.72 }, color: COLORS.blue, cornerRadiusEnd: 1.5 },
        encoding: {
          x: {
            field: "value",
            type: "quantitative",
            title: options.valueTitle,
            axis: { grid: true, ...numbers, tickCount: 6 },
          },
          tooltip: [
            { field: "name", title: options.nameTitle ?? "name" },
            { field: "value", title: options.valueTitle, format: options.format ?? ",.4~r" },
            ...(bars.low && bars.high
              ? [
                  { field: "low", title: "from", format: options.format ?? ",.4~r" },
                  { field: "high", title: "to", format: options.format ?? ",.4~r" },
                ]
              : []),
          ],
        },
      },
      ...(bars.low && bars.high
        ? [
            {
              transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
              mark: { type: "rule", strokeWidth: 1.5, color: "#1F2933" },
              encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
            },
          ]
        : []),
    ],
  });
}

/**
 * Draws what a model leans on: the importance of each feature, the largest first, with its spread where that is known.
 *
 * @param text `top`: how many features are drawn
 */
export function importanceChart(
  bars: Bars,
  text: ChartText & { valueTitle?: string; top?: number; format?: string } = {},
): Chart {
  return barChart(bars, {
    ...text,
    title: text.title ?? "What the model leans on",
    valueTitle: text.valueTitle ?? "importance (share of the forest's gain)",
    top: text.top ?? 20,
  });
}
