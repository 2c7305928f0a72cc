import type { Chart } from "./chart.js";
import { type PlotlyFigure, plotlyChart } from "./plotly-chart.js";
import { steppedFigure } from "./stepped-figure.js";
import type { SteppedPanels } from "./stepped-series.js";
import { steppedSpec } from "./stepped-spec.js";
import { vegaChart } from "./vega-chart.js";

/** Draws series over chunks, a panel each: interactive with Plotly, static as Vega-Lite, SVG and PNG. */
export function steppedChart(panels: SteppedPanels): Chart & { readonly figure: PlotlyFigure } {
  return plotlyChart(steppedFigure(panels), vegaChart(steppedSpec(panels)));
}
