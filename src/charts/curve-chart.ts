import type { Chart } from "./chart.js";
import { type ChartText, finiteOrNull, titleSpec } from "./chart-text.js";
import { COLORS, MUTED } from "./theme.js";
import { thinCurve } from "./thin-curve.js";
import { vegaChart } from "./vega-chart.js";

/** One curve, and the word that stands in the legend. */
export interface Curve {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Decision threshold of each point, for the tooltip. */
  thresholds?: ArrayLike<number> | undefined;
  /** Drawn gray and dashed: what the model has to beat. */
  baseline?: boolean | undefined;
}

interface CurveChartOptions extends ChartText {
  title: string;
  curves: readonly Curve[];
  x: { title: string; domain?: [number, number]; format: string };
  y: { title: string; domain?: [number, number]; format: string };
  /** A thin line of no skill, with its name. */
  reference?: { points: [number, number][]; name: string };
  stepped?: boolean;
}

/** Curves in a square: ROC, precision-recall, gains and lift share it. */
export function curveChart(options: CurveChartOptions): Chart {
  const { curves, x, y, reference } = options;
  const values = curves.flatMap((curve) =>
    thinCurve(curve.x, curve.y).map((i) => ({
      curve: curve.name,
      x: finiteOrNull(curve.x[i]),
      y: finiteOrNull(curve.y[i]),
      ...(curve.thresholds ? { threshold: finiteOrNull(curve.thresholds[i]) } : {}),
    })),
  );
  const palette = [COLORS.blue, COLORS.vermillion, COLORS.green, COLORS.purple, COLORS.sky, COLORS.orange];
  let models = 0;
  const color = {
    field: "curve",
    type: "nominal",
    scale: {
      domain: curves.map((curve) => curve.name),
      range: curves.map((curve) => (curve.baseline ? COLORS.gray : palette[models++ % palette.length])),
    },
    legend: { direction: "vertical", symbolType: "stroke" },
  };
  const position = {
    x: { field: "x", type: "quantitative", title: x.title, ...axis(x) },
    y: { field: "y", type: "quantitative", title: y.title, ...axis(y) },
  };
  const baselines = new Set(curves.filter((curve) => curve.baseline).map((curve) => curve.name));
  return vegaChart({
    title: titleSpec(options.title, options.subtitle),
    description: options.description ?? options.title,
    width: 400,
    height: 400,
    data: { values },
    layer: [
      ...(reference ? referenceLayers(reference) : []),
      {
        mark: { type: "line", clip: true, ...(options.stepped ? { interpolate: "step-before" } : {}) },
        encoding: {
          ...position,
          color,
          // in the order of the data: a ROC curve has vertical runs
          order: { value: null },
          strokeDash: {
            condition: { test: `indexof(${JSON.stringify([...baselines])}, datum.curve) >= 0`, value: [5, 4] },
            value: [],
          },
        },
      },
      {
        name: "hover",
        mark: { type: "point", opacity: 0, size: 90 },
        encoding: {
          ...position,
          color,
          tooltip: [
            { field: "curve", title: "curve" },
            { field: "x", title: x.title, format: ".3f" },
            { field: "y", title: y.title, format: ".3f" },
            ...(curves.some((curve) => curve.thresholds)
              ? [{ field: "threshold", title: "threshold", format: ".3f" }]
              : []),
          ],
        },
      },
    ],
  });
}

function axis({ domain, format }: { domain?: [number, number]; format: string }): Record<string, unknown> {
  return { ...(domain ? { scale: { domain } } : {}), axis: { format, grid: true, tickCount: 5 } };
}

function referenceLayers({ points, name }: { points: [number, number][]; name: string }): Record<string, unknown>[] {
  const values = points.map(([x, y]) => ({ x, y }));
  const first = values[0];
  const last = values[values.length - 1];
  // under the middle of a diagonal, under the start of a level: there no curve is
  const at = first.y === last.y ? first : { x: (first.x + last.x) / 2, y: (first.y + last.y) / 2 };
  return [
    {
      data: { values },
      mark: { type: "line", strokeWidth: 1, color: "#B4BDC7" },
      encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
    },
    {
      data: { values: [at] },
      mark: { type: "text", align: "left", baseline: "top", dx: 6, dy: 6, color: MUTED, fontSize: 11, text: name },
      encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
    },
  ];
}
