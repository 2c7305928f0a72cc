// churn-workbench/charts: charts of any numbers, as Vega-Lite or Plotly, SVG and PNG.
export { barChart, importanceChart } from "./bar-chart.js";
export { calendarChart } from "./calendar-chart.js";
export { calibrationChart } from "./calibration-chart.js";
export { type Chart, JUPYTER_DISPLAY, type MimeBundle, type VegaLiteSpec } from "./chart.js";
export { confusionChart } from "./confusion-chart.js";
export { gainsChart } from "./gains-chart.js";
export { histogramChart } from "./histogram-chart.js";
export { liftChart } from "./lift-chart.js";
export { lineChart } from "./line-chart.js";
export { type PlotlyFigure, plotlyChart } from "./plotly-chart.js";
export { precisionRecallChart } from "./precision-recall-chart.js";
export { rocChart } from "./roc-chart.js";
export { vegaChart } from "./vega-chart.js";
