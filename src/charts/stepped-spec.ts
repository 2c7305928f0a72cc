import type { VegaLiteSpec } from "./chart.js";
import { axisLines, isInTime, PERIOD_COLORS, type SteppedPanels, type SteppedSeries } from "./stepped-series.js";
import { COLORS, MUTED } from "./theme.js";

/** The Vega-Lite specification of series over chunks, a panel each. */
export function steppedSpec({ title, subtitle, series }: SteppedPanels): VegaLiteSpec {
  const inTime = isInTime(series);
  const x = (field: string) => ({
    field,
    title: inTime ? null : "chunk",
    ...(inTime
      ? { type: "temporal", scale: { type: "utc" }, axis: { tickCount: 8, format: "%d %b %y", labelOverlap: true } }
      : { type: "quantitative" }),
  });
  return {
    title: { text: title, subtitle },
    description: `${title}: ${subtitle}. Reference grey, analysis blue, thresholds dashed, alerts as red diamonds.`,
    vconcat: series.map((each) => panelSpec(each, x, series.length > 1 ? 150 : 260)),
    spacing: 18,
  };
}

function panelSpec(
  { name, steps, dashed }: SteppedSeries,
  x: (field: string) => Record<string, unknown>,
  height: number,
): VegaLiteSpec {
  const y = (field: string) => ({ field, type: "quantitative", title: axisLines(name), scale: { zero: false } });
  const color = {
    field: "period",
    type: "nominal",
    scale: { domain: ["reference", "analysis"], range: [PERIOD_COLORS.reference, PERIOD_COLORS.analysis] },
    // the band is pale, its entry need not be
    legend: { symbolOpacity: 1 },
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
    height,
    data: { values: steps.map(({ label: _label, error: _error, realized: _realized, ...drawn }) => drawn) },
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
