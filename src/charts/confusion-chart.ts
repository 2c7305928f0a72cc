import type { Confusion } from "../statistics/confusion.js";
import type { Chart } from "./chart.js";
import { type ChartText, percent, shortNumber, titleSpec } from "./chart-text.js";
import { vegaChart } from "./vega-chart.js";

/**
 * Draws a confusion matrix, shaded by the share of each row: of the churners, of the stayers.
 *
 * @param counts not shares
 * @param options.counted what is counted, which the title says: snapshots, people
 */
export function confusionChart(
  counts: Confusion,
  { threshold, counted, ...text }: ChartText & { threshold?: number; counted?: string } = {},
): Chart {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  const cell = (actual: string, predicted: string, count: number, of: number) => ({
    actual,
    predicted,
    count,
    share: of > 0 ? count / of : null,
    label: count.toLocaleString("en-US"),
    part: of > 0 ? percent(count / of) : "",
  });
  const values = [
    cell("churned", "churn", tp, tp + fn),
    cell("churned", "stay", fn, tp + fn),
    cell("stayed", "churn", fp, tn + fp),
    cell("stayed", "stay", tn, tn + fp),
  ];
  const at = threshold === undefined ? "" : ` at threshold ${shortNumber(threshold)}`;
  const name = counted === undefined ? "Confusion matrix" : `Confusion matrix of ${counted}`;
  const dark = { condition: { test: "datum.share > 0.7", value: "#FFFFFF" }, value: "#1F2933" };
  const axes = {
    x: {
      field: "predicted",
      type: "nominal",
      title: "predicted",
      sort: ["stay", "churn"],
      axis: { labelAngle: 0, domain: false, ticks: false, labelFontSize: 13 },
    },
    y: { field: "actual", type: "nominal", title: "actual", sort: ["stayed", "churned"], axis: { labelFontSize: 13 } },
  };
  return vegaChart({
    title: titleSpec(
      text.title ?? `${name}${at}`,
      text.subtitle ??
        `precision ${tp + fp > 0 ? percent(tp / (tp + fp)) : "undefined"}, recall ${tp + fn > 0 ? percent(tp / (tp + fn)) : "undefined"}; shares are of the row`,
    ),
    description:
      text.description ??
      `${name}${at}: ${tp} churners found, ${fn} missed, ${fp} false alarms, ${tn} stayers left alone.`,
    width: 380,
    height: 250,
    data: { values },
    encoding: axes,
    layer: [
      {
        mark: { type: "rect", stroke: "#FFFFFF", strokeWidth: 3, cornerRadius: 4 },
        encoding: {
          color: { field: "share", type: "quantitative", scale: { domain: [0, 1], range: "ramp" }, legend: null },
          tooltip: [
            { field: "actual", title: "actual" },
            { field: "predicted", title: "predicted" },
            { field: "count", title: counted ?? "count", format: "," },
            { field: "share", title: "share of row", format: ".1%" },
          ],
        },
      },
      {
        mark: { type: "text", fontSize: 20, fontWeight: 600, dy: -8 },
        encoding: { text: { field: "label" }, color: dark },
      },
      { mark: { type: "text", fontSize: 11.5, dy: 14 }, encoding: { text: { field: "part" }, color: dark } },
    ],
  });
}
