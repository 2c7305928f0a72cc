import type { Chunk, Period } from "../monitoring/chunks/chunk.js";
import type { OrderedTable } from "../monitoring/chunks/table.js";

/** A chunk that is drawn, and the table that it is of. */
export interface ChunkOfTable {
  readonly period: Period;
  readonly table: OrderedTable;
  readonly chunk: Chunk;
}

/** What a chart of chunks side by side is called, and which of them are outlined. */
export interface ChunkChartText {
  readonly column: string;
  readonly columnTitle: string;
  readonly title: { readonly text: string; readonly subtitle: string };
  /** Keys of analysis chunks. */
  readonly alerts: readonly string[];
}

/** What chunks are called below the axis. */
export const chunkLabels = (chunks: readonly ChunkOfTable[]): string[] =>
  chunks.map(({ chunk }) => chunk.startDate?.slice(0, 10) ?? chunk.key);

/** Whether a chunk is outlined. */
export const isMarked = ({ period, chunk }: ChunkOfTable, alerts: readonly string[]): boolean =>
  period === "analysis" && alerts.includes(chunk.key);

/** Vega-Lite's axis of places: chunk i lies between i and i + 1, about eight have labels. */
export function placeAxis(labels: readonly string[]) {
  const every = Math.max(1, Math.ceil(labels.length / 8));
  const values = labels.map((_, i) => i).filter((i) => i % every === 0);
  const named = JSON.stringify(Object.fromEntries(values.map((i) => [i, labels[i]])));
  return {
    type: "quantitative",
    title: null,
    scale: { domain: [0, labels.length] },
    axis: { values, labelExpr: `${named}[datum.value]`, labelAlign: "left" },
  };
}

/** The same of Plotly. */
export function tickAxis(labels: readonly string[]) {
  const every = Math.max(1, Math.ceil(labels.length / 8));
  const tickvals = labels.map((_, i) => i).filter((i) => i % every === 0);
  return { tickvals, ticktext: tickvals.map((i) => labels[i]), range: [0, labels.length], showgrid: false };
}
