import { type Chart, JUPYTER_DISPLAY, type MimeBundle } from "./chart.js";
import { saveChart } from "./vega-chart.js";

/** A Plotly figure, as plain JSON. */
export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout?: Record<string, unknown>;
  config?: Record<string, unknown>;
}

/**
 * Makes a chart that Plotly draws where it is at hand, and that falls back to a Vega-Lite chart of the same data: for
 * viewers without Plotly, for SVG and PNG.
 */
export function plotlyChart(figure: PlotlyFigure, fallback: Chart): Chart & { readonly figure: PlotlyFigure } {
  const themed: PlotlyFigure = {
    ...figure,
    layout: {
      paper_bgcolor: "#FFFFFF",
      plot_bgcolor: "#FFFFFF",
      font: { family: "Inter, system-ui, sans-serif", size: 12, color: "#1F2933" },
      title: { text: fallback.title, x: 0, xanchor: "left", font: { size: 16 } },
      hovermode: "x unified",
      // titles of y axes keep clear of their numbers, in every panel
      template: { layout: { yaxis: { automargin: true, title: { standoff: 10, font: { size: 12 } } } } },
      ...figure.layout,
    },
    config: { displaylogo: false, responsive: true, ...figure.config },
  };
  return {
    title: fallback.title,
    description: fallback.description,
    spec: fallback.spec,
    figure: themed,
    toSvg: () => fallback.toSvg(),
    toPng: (options) => fallback.toPng(options),
    save: (...paths) => saveChart(fallback, paths),
    async [JUPYTER_DISPLAY](): Promise<MimeBundle> {
      return { "application/vnd.plotly.v1+json": themed, ...(await fallback[JUPYTER_DISPLAY]()) };
    },
  };
}
