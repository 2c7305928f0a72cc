import { csvText } from "./csv-text.js";
import type { MonitoringResult } from "./monitoring-result.js";

/**
 * Summary statistics of a run side by side, as CSV: `tenure_values_avg_value`, `tenure_values_sum_value`, `rows_count_value`.
 * One statistic alone keeps NannyML's names, `tenure_value`.
 */
export function statisticsCsv(results: readonly MonitoringResult[]): string {
  const [first] = results;
  if (!first || results.length === 1) return first?.toCsv() ?? "";
  const chunkColumns = first.columnNames().filter((name) => name.startsWith("chunk_"));
  const names = [...chunkColumns];
  const rows = first.toRows().map((row) => Object.fromEntries(chunkColumns.map((name) => [name, row[name] ?? null])));
  for (const result of results) {
    const flat = result.toRows();
    for (const { key, column, metric } of result.series) {
      for (const name of result.columnsOf(key)) {
        const wide = column === undefined ? name : `${column}_${metric}${name.slice(key.length)}`;
        names.push(wide);
        rows.forEach((row, i) => {
          row[wide] = flat[i]?.[name] ?? null;
        });
      }
    }
  }
  return csvText(rows, names);
}
