import type { Chart, VegaLiteSpec } from "../charts/chart.js";
import { type PlotlyFigure, plotlyChart } from "../charts/plotly-chart.js";
import { COLORS } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import { isCategory } from "../monitoring/chunks/column.js";
import { type ChunkChartText, type ChunkOfTable, chunkLabels, isMarked, placeAxis, tickAxis } from "./chunk-axis.js";

/** Categories with a bar each; where there are two more, the rarer ones share one. */
const SHOWN = 5;
const OTHER = "(other)";
const PALETTE = [COLORS.blue, COLORS.sky, COLORS.green, COLORS.orange, COLORS.purple, COLORS.gray, "#4A5560"];

/** Draws the shares of the commonest categories of a column, stacked, a chunk each. */
export function shareChart(chunks: readonly ChunkOfTable[], text: ChunkChartText): Chart {
  const counted = chunks.map(
    (each): CountedChunk => ({ ...each, counts: countLevels(each, text.column), alert: isMarked(each, text.alerts) }),
  );
  const { kept, hasOthers } = commonest(counted);
  const names = hasOthers ? [...kept, OTHER] : kept;
  const drawn = {
    bars: counted.flatMap((each, place) => barsOf(each, place, kept, hasOthers)),
    names,
    colors: names.map((_, i) => PALETTE[i % PALETTE.length]),
    labels: chunkLabels(chunks),
  };
  const split = chunks.findIndex(({ period }) => period === "analysis");
  return plotlyChart(figureOf(drawn), vegaChart(specOf(drawn, split, text)));
}

type Counts = ReadonlyMap<string, number>;

interface CountedChunk extends ChunkOfTable {
  readonly counts: Counts;
  readonly alert: boolean;
}

function countLevels({ table, chunk }: ChunkOfTable, column: string): Counts {
  const values = table.columns.get(column);
  const counts = new Map<string, number>();
  if (!values || !isCategory(values)) return counts;
  for (let i = chunk.from; i < chunk.to; i++) {
    const code = values.codes[i];
    const level = code < 0 ? "(missing)" : values.levels[code];
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return counts;
}

/** The commonest categories over all chunks, and whether there are others. */
function commonest(counted: readonly CountedChunk[]): { kept: string[]; hasOthers: boolean } {
  const totals = new Map<string, number>();
  for (const { counts } of counted) for (const [level, n] of counts) totals.set(level, (totals.get(level) ?? 0) + n);
  const ranked = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([level]) => level);
  const hasOthers = ranked.length > SHOWN + 1;
  return { kept: hasOthers ? ranked.slice(0, SHOWN) : ranked, hasOthers };
}

interface Bar {
  readonly place: number;
  readonly chunk: string;
  readonly category: string;
  readonly order: number;
  readonly share: number;
  readonly alert: boolean;
}

function barsOf(
  { chunk, counts, alert }: CountedChunk,
  place: number,
  kept: readonly string[],
  others: boolean,
): Bar[] {
  const rows = chunk.to - chunk.from;
  if (rows === 0) return [];
  const known = kept.map((category) => ({ category, n: counts.get(category) ?? 0 }));
  const rest = rows - known.reduce((sum, { n }) => sum + n, 0);
  const all = others ? [...known, { category: OTHER, n: rest }] : known;
  return all.map(({ category, n }, order) => ({ place, chunk: chunk.key, category, order, share: n / rows, alert }));
}

interface Drawn {
  readonly bars: readonly Bar[];
  readonly names: readonly string[];
  readonly colors: readonly string[];
  readonly labels: readonly string[];
}

function specOf({ bars, names, colors, labels }: Drawn, split: number, { title }: ChunkChartText): VegaLiteSpec {
  return {
    title,
    description: `${title.text} ${title.subtitle}`,
    width: 680,
    height: 260,
    layer: [
      {
        data: { values: bars },
        mark: { type: "bar", strokeWidth: 1.5 },
        transform: [
          { calculate: "datum.place + 0.94", as: "to" },
          { stack: "share", groupby: ["place"], sort: [{ field: "order" }], as: ["low", "high"] },
        ],
        encoding: {
          x: { ...placeAxis(labels), field: "place" },
          x2: { field: "to" },
          y: {
            field: "low",
            type: "quantitative",
            title: "share of rows",
            axis: { format: "%" },
            scale: { domain: [0, 1] },
          },
          y2: { field: "high" },
          color: { field: "category", type: "nominal", scale: { domain: names, range: colors } },
          stroke: { condition: { test: "datum.alert", value: COLORS.vermillion }, value: null },
          tooltip: [{ field: "chunk" }, { field: "category" }, { field: "share", format: ".1%" }],
        },
      },
      {
        data: { values: split > 0 ? [{ place: split - 0.03 }] : [] },
        mark: { type: "rule", color: "#1F2933", strokeWidth: 1.5 },
        encoding: { x: { ...placeAxis(labels), field: "place" } },
      },
    ],
  };
}

function figureOf({ bars, names, colors, labels }: Drawn): PlotlyFigure {
  return {
    data: names.map((category, i) => {
      const own = bars.filter((bar) => bar.category === category);
      const outline = own.map(({ alert }) => (alert ? COLORS.vermillion : "#FFFFFF"));
      return {
        type: "bar",
        name: category,
        x: own.map(({ place }) => place + 0.5),
        y: own.map(({ share }) => share),
        customdata: own.map(({ chunk }) => chunk),
        hovertemplate: `%{customdata}<br>${category.replace(/[<>&%{}]/g, " ")}: %{y:.1%}<extra></extra>`,
        marker: { color: colors[i], line: { color: outline, width: own.map(({ alert }) => (alert ? 1.5 : 0)) } },
      };
    }),
    layout: {
      height: 420,
      barmode: "stack",
      hovermode: "closest",
      yaxis: { tickformat: ".0%" },
      xaxis: tickAxis(labels),
    },
  };
}
