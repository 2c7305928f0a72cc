import type { Chart } from "../charts/chart.js";
import { type Chunking, chunkTable } from "../monitoring/chunks/chunk.js";
import { isCategory } from "../monitoring/chunks/column.js";
import { orderTable } from "../monitoring/chunks/order-table.js";
import type { MonitoredTable } from "../monitoring/chunks/table.js";
import { densityChart } from "./density-chart.js";
import { shareChart } from "./share-chart.js";

/** Which column of which tables is drawn, and over which chunks. */
export interface DistributionChartOptions {
  readonly reference: MonitoredTable;
  readonly analysis: MonitoredTable;
  readonly column: string;
  /** What a person calls it; its name where left out. */
  readonly columnTitle?: string;
  readonly chunking?: Chunking;
  /** Keys of analysis chunks to mark, such as those of a drift result's alerts. */
  readonly alerts?: readonly string[];
}

/**
 * Draws the distribution of a column over time: densities side by side (a joy plot) with their quartiles for numbers, stacked
 * shares of the commonest categories else.
 */
export function distributionChart(options: DistributionChartOptions): Chart {
  const { column, columnTitle = column, chunking = {}, alerts = [] } = options;
  const chunks = (["reference", "analysis"] as const).flatMap((period) => {
    const table = orderTable(options[period], period, true);
    return chunkTable(table, chunking).map((chunk) => ({ period, table, chunk }));
  });
  const marked = alerts.length ? `, ${alerts.length} chunk${alerts.length > 1 ? "s" : ""} with alerts outlined` : "";
  const title = { text: `Distribution of ${columnTitle}`, subtitle: `by chunk${marked}` };
  const first = chunks[0]?.table.columns.get(column);
  const draw = first && isCategory(first) ? shareChart : densityChart;
  return draw(chunks, { column, columnTitle, title, alerts });
}
