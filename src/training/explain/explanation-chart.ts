import type { Chart } from "../../charts/chart.js";
import { percent, titleSpec } from "../../charts/chart-text.js";
import { CLASS_COLORS, MUTED } from "../../charts/theme.js";
import { vegaChart } from "../../charts/vega-chart.js";
import type { Explanation } from "./explain-rows.js";
import { pointsText } from "./reason-words.js";

/** Letters of a line of a bar's name. */
const LINE = 44;

/** Draws why one snapshot has its churn probability: a bar for each reason, and one for all others. */
export function explanationChart({
  subscriber,
  probability,
  baseline,
  baselineOf,
  reasons,
  others,
}: Explanation): Chart {
  const bars = [
    ...reasons.map(({ text, effect }) => ({ name: wrapped(text), effect })),
    ...(others === 0 ? [] : [{ name: "all others", effect: others }]),
  ].map((bar) => ({ ...bar, points: pointsText(bar.effect), towards: bar.effect < 0 ? "stays" : "leaves" }));
  const title = `Why subscriber ${subscriber} has a churn probability of ${percent(probability)}`;
  const from =
    baselineOf === "average"
      ? `the average training snapshot has ${percent(baseline)}`
      : `the model begins at ${percent(baseline)}`;
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    title: null,
    axis: { labelColor: "#1F2933", labelLimit: 340, labelExpr: "split(datum.label, '\\n')", labelBaseline: "middle" },
  };
  const x = {
    field: "effect",
    type: "quantitative",
    title: "points of churn probability",
    // room for the numbers beside the bars
    scale: { padding: 78, nice: false },
    axis: { grid: true, labelExpr: "format(100 * datum.value, '+~f')", tickCount: 5 },
  };
  return vegaChart({
    title: { ...titleSpec(title, `${from}; each bar adds or takes away`), frame: "bounds" },
    description: `${title}: ${from}; ${bars.map(({ name, points }) => `${name.replaceAll("\n", " ")} ${points}`).join("; ")}.`,
    width: 440,
    height: { step: 34 },
    data: { values: bars },
    encoding: { y },
    layer: [
      {
        mark: { type: "bar", height: { band: 0.66 }, cornerRadiusEnd: 1.5 },
        encoding: {
          x,
          color: {
            field: "towards",
            type: "nominal",
            scale: { domain: ["leaves", "stays"], range: [CLASS_COLORS.churned, CLASS_COLORS.stayed] },
            legend: null,
          },
          tooltip: [
            { field: "name", title: "reason" },
            { field: "points", title: "effect" },
          ],
        },
      },
      ...(["leaves", "stays"] as const).map((towards) => ({
        transform: [{ filter: `datum.towards === '${towards}'` }],
        mark: { type: "text", align: towards === "leaves" ? "left" : "right", dx: towards === "leaves" ? 5 : -5 },
        encoding: { x, text: { field: "points" } },
      })),
      { mark: { type: "rule", color: MUTED }, encoding: { x: { datum: 0 }, y: null } },
    ],
  });
}

/** Breaks a name at spaces, into lines of about one length. */
function wrapped(text: string): string {
  const length = text.length / Math.ceil(text.length / LINE);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length / 2 < length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
