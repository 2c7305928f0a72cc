import { csvLines } from "./csv-text.js";
import type { MonitoringResult } from "./monitoring-result.js";

/**
 * Summary statistics of a run side by side, as CSV: `tenure_values_avg_value`, `tenure_values_sum_value`, `rows_count_value`.
 * One statistic alone keeps NannyML's names, `tenure_value`.
 */
export function statisticsCsv(results: readonly MonitoringResult[]): string {
  const [first] = results;
  if (!first || results.length === 1) return first?.toCsv() ?? "";
  const ofChunk = first.columnNames().length - first.series.length * first.fields.length;
  const names = first.columnNames().slice(0, ofChunk);
  const lines = first.toCells().map((cells) => cells.slice(0, ofChunk));
  for (const result of results) {
    for (const { key, column, metric } of result.series) {
      for (const name of result.columnsOf(key)) {
        names.push(column === undefined ? name : `${column}_${metric}${name.slice(key.length)}`);
      }
    }
    result.toCells().forEach((cells, i) => {
      for (const cell of cells.slice(ofChunk)) lines[i]?.push(cell);
    });
  }
  return csvLines([names, ...lines]);
}
