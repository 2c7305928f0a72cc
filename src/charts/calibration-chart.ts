import type { Chart } from "./chart.js";
import { type ChartText, finiteOrNull, titleSpec } from "./chart-text.js";
import { COLORS, MUTED } from "./theme.js";
import { vegaChart } from "./vega-chart.js";

/** Groups of snapshots with similar scores: what was predicted for them and what came. */
export interface CalibrationCurve {
  name: string;
  /** Mean predicted probability of each group. */
  predicted: ArrayLike<number>;
  /** Share of churners in each group. */
  observed: ArrayLike<number>;
  /** Limits of a confidence interval of `observed`. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
  /** Size of each group. */
  count?: ArrayLike<number>;
}

/**
 * Draws predicted against observed churn rates; a calibrated model lies on the diagonal.
 *
 * @param curves rates 0 … 1, a point a bin; `low` and `high` are the limits of the observed rate
 */
export function calibrationChart(curves: readonly CalibrationCurve[], text: ChartText = {}): Chart {
  const title = text.title ?? "Calibration: predicted and observed churn";
  const values = curves.flatMap((curve) =>
    Array.from(curve.predicted, (predicted, i) => ({
      curve: curve.name,
      predicted: finiteOrNull(predicted),
      observed: finiteOrNull(curve.observed[i]),
      low: finiteOrNull(curve.low?.[i]),
      high: finiteOrNull(curve.high?.[i]),
      count: finiteOrNull(curve.count?.[i]),
    })).filter((point) => point.predicted !== null && point.observed !== null),
  );
  const most = Math.max(0.05, ...values.map((v) => Math.max(v.predicted ?? 0, v.observed ?? 0, v.high ?? 0)));
  const domain = [0, Math.min(1, Math.ceil(most * 20) / 20)];
  const names = curves.map((curve) => curve.name);
  const color = {
    field: "curve",
    type: "nominal",
    scale: { domain: names, range: [COLORS.blue, COLORS.vermillion, COLORS.green, COLORS.purple] },
    legend: names.length > 1 ? { direction: "vertical" } : null,
  };
  const x = {
    field: "predicted",
    type: "quantitative",
    title: "predicted probability of churn (mean of group)",
    scale: { domain },
    axis: { grid: true, format: ".0%", tickCount: 5 },
  };
  const y = {
    field: "observed",
    type: "quantitative",
    title: "observed churn rate",
    scale: { domain },
    axis: { format: ".0%", tickCount: 5 },
  };
  const diagonal = domain.map((at) => ({ predicted: at, observed: at }));
  const middle = domain[1] * 0.9;
  return vegaChart({
    title: titleSpec(title, text.subtitle ?? "on the diagonal a score of 30% means that 30 of 100 churn"),
    description:
      text.description ??
      `Calibration of ${names.join(", ")}: ${values.length} groups from ${((values[0]?.predicted ?? 0) * 100).toFixed(1)}% predicted.`,
    width: 400,
    height: 400,
    data: { values },
    layer: [
      {
        data: { values: diagonal },
        mark: { type: "line", strokeWidth: 1, color: "#B4BDC7" },
        encoding: { x, y },
      },
      {
        data: { values: [{ predicted: middle, observed: middle }] },
        mark: {
          type: "text",
          align: "left",
          baseline: "top",
          dx: 4,
          dy: 8,
          color: MUTED,
          fontSize: 11,
          text: "perfect",
        },
        encoding: { x, y },
      },
      {
        transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
        mark: { type: "rule", strokeWidth: 1.5, opacity: 0.55 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      { mark: { type: "line", strokeWidth: 1.5 }, encoding: { x, y, color } },
      {
        mark: { type: "point", size: 48, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          tooltip: [
            { field: "curve", title: "model" },
            { field: "predicted", title: "predicted", format: ".1%" },
            { field: "observed", title: "observed", format: ".1%" },
            { field: "low", title: "from", format: ".1%" },
            { field: "high", title: "to", format: ".1%" },
            { field: "count", title: "snapshots", format: "," },
          ],
        },
      },
    ],
  });
}
