import type { Chart } from "../charts/chart.js";
import { type ChartText, titleSpec } from "../charts/chart-text.js";
import { COLORS, MUTED } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import type { LabelCorrelation } from "./label-correlation.js";

/** Draws each column's correlations with the label, strongest first, with their 95 % intervals. */
export function correlationChart(
  correlations: readonly LabelCorrelation[],
  {
    label = "PSEUDO_CHURNED",
    titles,
    ...text
  }: ChartText & { label?: string; titles?: ReadonlyMap<string, string> } = {},
): Chart {
  const strength = (row: LabelCorrelation) => Math.max(Math.abs(row.pearson.r ?? 0), Math.abs(row.spearman.r ?? 0));
  const shown = correlations
    .filter((row) => row.pearson.r !== null || row.spearman.r !== null)
    .sort((a, b) => strength(b) - strength(a));
  const missing = correlations.filter((row) => !shown.includes(row));
  const titleOf = (column: string) => titles?.get(column) ?? column;
  const values = shown.flatMap(({ column: name, pearson, spearman }) => {
    const column = titleOf(name);
    return [
      { column, kind: "Pearson", r: pearson.r, low: pearson.low, high: pearson.high, p: pearson.p, n: pearson.n },
      { column, kind: "Spearman", r: spearman.r, low: spearman.low, high: spearman.high, p: spearman.p, n: spearman.n },
    ];
  });
  const ends = values.flatMap((v) => [v.low ?? v.r ?? 0, v.high ?? v.r ?? 0]);
  const domain = [Math.max(-1, Math.min(-0.02, ...ends) * 1.1), Math.min(1, Math.max(0.02, ...ends) * 1.1)];
  const title = text.title ?? `Which columns go with ${label}`;
  const note = missing.length ? `; undefined for ${missing.map((row) => titleOf(row.column)).join(", ")}` : "";
  const first = shown[0];
  const y = { field: "column", type: "nominal", sort: null, title: null, axis: { labelColor: "#1F2933", grid: true } };
  const yOffset = { field: "kind", type: "nominal", sort: null, scale: { paddingOuter: 0.9 } };
  const x = {
    field: "r",
    type: "quantitative",
    title: `correlation with ${label}`,
    scale: { domain, nice: false },
    axis: { grid: true, tickCount: 8, format: ".2~f" },
  };
  const color = {
    field: "kind",
    type: "nominal",
    scale: { domain: ["Pearson", "Spearman"], range: [COLORS.blue, COLORS.orange] },
    legend: { symbolOpacity: 1 },
  };
  return vegaChart({
    title: titleSpec(title, text.subtitle ?? `left of zero: the more, the less churn; lines are 95% intervals${note}`),
    description:
      text.description ??
      (first
        ? `Correlations of ${shown.length} columns with ${label}; strongest ${titleOf(first.column)} with Pearson ${first.pearson.r?.toFixed(3) ?? "undefined"} and Spearman ${first.spearman.r?.toFixed(3) ?? "undefined"}.`
        : `No column has a correlation with ${label}${note}.`),
    width: 480,
    height: { step: 34, for: "position" },
    data: { values },
    encoding: { y, yOffset },
    layer: [
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: "rule", color: MUTED, strokeWidth: 1 },
        encoding: {
          x: { field: "zero", type: "quantitative" },
          y: { value: 0 },
          y2: { value: "height" },
          yOffset: null,
        },
      },
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "rule", strokeWidth: 2, opacity: 0.6 },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, color },
      },
      {
        transform: [{ filter: "isValid(datum.r)" }],
        mark: { type: "point", size: 50, opacity: 1 },
        encoding: {
          x,
          color,
          shape: {
            field: "kind",
            type: "nominal",
            scale: { domain: ["Pearson", "Spearman"], range: ["circle", "diamond"] },
          },
          tooltip: [
            { field: "column", title: "column" },
            { field: "kind", title: "correlation" },
            { field: "r", title: "r", format: ".4f" },
            { field: "low", title: "from", format: ".4f" },
            { field: "high", title: "to", format: ".4f" },
            { field: "p", title: "p", format: ".2g" },
            { field: "n", title: "rows", format: "," },
          ],
        },
      },
    ],
  });
}
