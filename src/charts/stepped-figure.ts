import type { PlotlyFigure } from "./plotly-chart.js";
import { stepLine } from "./step-line.js";
import { axisLines, PERIOD_COLORS, type SteppedPanels, type SteppedSeries } from "./stepped-series.js";
import { COLORS } from "./theme.js";

/** The Plotly figure of series over chunks, a panel each. */
export function steppedFigure({ series }: SteppedPanels): PlotlyFigure {
  const rows = series.length;
  const height = 1 / rows;
  const axes = Object.fromEntries(
    series.flatMap(({ name }, i) => {
      const id = i === 0 ? "" : String(i + 1);
      const top = 1 - i * height;
      return [
        [
          `yaxis${id}`,
          {
            domain: [top - height * 0.8, top],
            title: { text: axisLines(name).join("<br>") },
            anchor: `x${id}`,
            zeroline: false,
          },
        ],
        [`xaxis${id}`, { anchor: `y${id}`, ...(i > 0 ? { matches: "x" } : {}), showgrid: false }],
      ];
    }),
  );
  const shapes = series.flatMap(({ steps }, i) => {
    const split = steps.find(({ period }) => period === "analysis");
    if (!split || steps[0]?.period !== "reference") return [];
    const id = i === 0 ? "" : String(i + 1);
    const line = { color: "#666666", width: 1 };
    return [{ type: "line", xref: `x${id}`, yref: `y${id} domain`, x0: split.x, x1: split.x, y0: 0, y1: 1, line }];
  });
  return {
    data: series.flatMap(traces),
    layout: {
      height: 180 + 220 * rows,
      hovermode: "closest",
      ...axes,
      shapes,
      showlegend: true,
      legend: { orientation: "h", y: -0.12 },
    },
  };
}

function traces({ name, steps, dashed }: SteppedSeries, i: number): Record<string, unknown>[] {
  const id = i === 0 ? "" : String(i + 1);
  const at = { xaxis: `x${id}`, yaxis: `y${id}`, type: "scatter" };
  const legend = (group: string, extra = true) => ({ legendgroup: group, showlegend: i === 0 && extra, name: group });
  const parts = (["reference", "analysis"] as const).flatMap((period) => {
    const own = steps.filter((step) => step.period === period);
    if (own.length === 0) return [];
    const line = (color: string, extra: Record<string, unknown> = {}) => ({ color, width: 2, ...extra });
    const limits = (["lower", "upper"] as const)
      .filter((side) => own.some((step) => step[side] !== null))
      .map((side, k) => ({
        ...at,
        ...legend("threshold", period === "reference" && k === 0),
        mode: "lines",
        ...stepLine(own, (step) => step[side]),
        line: line(COLORS.vermillion, { dash: "dash", width: 1.5 }),
        hoverinfo: "skip",
      }));
    const band = own.some(({ low, high }) => low !== null && high !== null)
      ? [
          {
            ...at,
            mode: "lines",
            ...stepLine(own, ({ high }) => high),
            line: line(PERIOD_COLORS[period], { width: 0 }),
            showlegend: false,
            hoverinfo: "skip",
          },
          {
            ...at,
            ...legend("confidence band", period === "analysis"),
            mode: "lines",
            ...stepLine(own, ({ low }) => low),
            line: line(PERIOD_COLORS[period], { width: 0 }),
            fill: "tonexty",
            fillcolor: period === "analysis" ? "rgba(0,114,178,0.2)" : "rgba(138,148,160,0.2)",
            hoverinfo: "skip",
          },
        ]
      : [];
    return [
      ...band,
      ...limits,
      {
        ...at,
        ...legend(period),
        mode: "lines",
        ...stepLine(own, ({ value }) => value),
        line: line(PERIOD_COLORS[period], dashed ? { dash: "dash" } : {}),
        hoverinfo: "skip",
      },
      {
        ...at,
        legendgroup: period,
        showlegend: false,
        mode: "markers",
        x: own.map(({ middle }) => middle),
        y: own.map(({ value }) => value),
        marker: { color: PERIOD_COLORS[period], size: 5 },
        customdata: own.map(({ chunk, n, note, alert }) => [alert ? "⚠ alert" : period, chunk, n, note]),
        hovertemplate: `<b>%{customdata[0]}</b><br>chunk %{customdata[1]}<br>${name}: %{y:.4f}<br>%{customdata[2]:,} rows<br>%{customdata[3]}<extra></extra>`,
      },
    ];
  });
  const alerts = steps.filter(({ alert }) => alert);
  return [
    ...parts,
    ...(alerts.length
      ? [
          {
            ...at,
            ...legend("alert"),
            mode: "markers",
            x: alerts.map(({ middle }) => middle),
            y: alerts.map(({ value }) => value),
            marker: { color: COLORS.vermillion, symbol: "diamond", size: 9 },
            hoverinfo: "skip",
          },
        ]
      : []),
  ];
}
