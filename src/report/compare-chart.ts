import type { Chart } from "../charts/chart.js";
import { type PlotlyFigure, plotlyChart } from "../charts/plotly-chart.js";
import { stepLine } from "../charts/step-line.js";
import type { Step } from "../charts/stepped-series.js";
import { COLORS } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import { ChurnError } from "../core/errors.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { steppedResult } from "./stepped-result.js";

/** A series of another result, drawn with the first: on one axis when both show the same metric, else on two. */
export function compareChart(left: MonitoringResult, right: MonitoringResult): Chart {
  const sides = [side(left, "left"), side(right, "right")] as const;
  const [a, b] = sides;
  const together = left.series[0]?.metric === right.series[0]?.metric;
  const title = `${a.name} vs. ${b.name}`;
  const subtitle = agreement(a.points, b.points);
  const colors = { [a.name]: COLORS.blue, [b.name]: COLORS.purple };
  const values = sides.flatMap(({ name, points }) => points.map((point) => ({ ...point, side: name })));
  const inTime = typeof a.points[0]?.x === "string";
  const x = {
    field: "middle",
    title: inTime ? null : "chunk",
    ...(inTime ? { type: "temporal", scale: { type: "utc" } } : { type: "quantitative" }),
  };
  const color = {
    field: "side",
    type: "nominal",
    scale: { domain: Object.keys(colors), range: Object.values(colors) },
  };
  const layers = sides.map(({ name }) => ({
    transform: [{ filter: { field: "side", equal: name } }, { filter: "isValid(datum.value)" }],
    layer: [
      {
        mark: { type: "line", strokeWidth: 2, point: { size: 22 } },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: together ? a.label : name, scale: { zero: false } },
          color,
          detail: { field: "period" },
        },
      },
      {
        transform: [{ filter: "datum.alert" }],
        mark: { type: "point", shape: "diamond", filled: true, size: 100, color: COLORS.vermillion, opacity: 1 },
        encoding: { x, y: { field: "value", type: "quantitative", scale: { zero: false } } },
      },
    ],
  }));
  const spec = {
    title: { text: title, subtitle },
    description: `${title}: ${subtitle}`,
    width: 680,
    height: 260,
    data: { values },
    layer: layers,
    ...(together ? {} : { resolve: { scale: { y: "independent" } } }),
  };
  return plotlyChart(figureOf(sides, together, Object.values(colors)), vegaChart(spec));
}

interface Side {
  readonly name: string;
  readonly label: string;
  readonly dashed: boolean;
  readonly points: readonly Step[];
}

function side(result: MonitoringResult, which: string): Side {
  const [series, second] = result.series;
  if (!series || second) {
    throw new ChurnError("BAD_OPTION", `the ${which} result has ${result.series.length} series, not one`, {
      hint: 'filter it first: result.filter({ metrics: "roc_auc" })',
    });
  }
  const kind = result.calculator === "cbpe" ? "estimated " : result.calculator === "realized" ? "realized " : "";
  const name = `${kind}${series.label}${series.column ? ` of ${series.columnTitle ?? series.column}` : ""}`;
  return { name, label: series.label, dashed: result.calculator === "cbpe", points: steppedResult(result)[0].steps };
}

/** The correlation of the two over the chunks that both have. */
function agreement(a: readonly Step[], b: readonly Step[]): string {
  const other = new Map(b.map((point) => [`${point.period} ${point.chunk}`, point.value]));
  const pairs = a.flatMap(({ period, chunk, value }) => {
    const match = other.get(`${period} ${chunk}`);
    return value === null || match === null || match === undefined ? [] : [[value, match] as const];
  });
  if (pairs.length < 3) return `${pairs.length} chunks have both`;
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [ma, mb] = [mean(0), mean(1)];
  let [aa, bb, ab] = [0, 0, 0];
  for (const [u, v] of pairs) {
    aa += (u - ma) ** 2;
    bb += (v - mb) ** 2;
    ab += (u - ma) * (v - mb);
  }
  const r = ab / Math.sqrt(aa * bb);
  return `${pairs.length} chunks have both${Number.isFinite(r) ? `; their correlation is ${r.toFixed(2)}` : ""}`;
}

function figureOf(sides: readonly [Side, Side], together: boolean, colors: readonly string[]): PlotlyFigure {
  const data = sides.flatMap(({ name, dashed, points }, i) => {
    const axis = i === 1 && !together ? { yaxis: "y2" } : {};
    const alerts = points.filter(({ alert }) => alert);
    return [
      {
        type: "scatter",
        mode: "lines",
        name,
        ...stepLine(points, ({ value }) => value),
        line: { width: 2, color: colors[i], ...(dashed ? { dash: "dash" } : {}) },
        ...axis,
      },
      {
        type: "scatter",
        mode: "markers",
        name: "alert",
        legendgroup: "alert",
        showlegend: i === 0,
        x: alerts.map(({ middle }) => middle),
        y: alerts.map(({ value }) => value),
        marker: { color: COLORS.vermillion, symbol: "diamond", size: 9 },
        hoverinfo: "skip",
        ...axis,
      },
    ];
  });
  const right = { overlaying: "y", side: "right", title: { text: sides[1].name }, showgrid: false };
  return {
    data,
    layout: {
      height: 420,
      legend: { orientation: "h", y: -0.2 },
      yaxis: { title: { text: sides[0].name } },
      ...(together ? {} : { yaxis2: right }),
    },
  };
}
