import type { ColumnTable } from "arquero";
import type { Chart } from "./chart.js";
import { lineChart } from "./line-chart.js";

/**
 * Draws the columns of a table over its days, one line a column.
 *
 * @param table first column: days as dates; the others: numbers, null where there is none. Columns without any are left out
 */
export function dailyChart(table: ColumnTable, options: { title: string; y: string; subtitle?: string }): Chart {
  const [day, ...names] = table.columnNames();
  const dates = Array.from(table.array(day) as ArrayLike<Date>, (date) => date.toISOString().slice(0, 10));
  return lineChart({
    title: options.title,
    subtitle: options.subtitle,
    x: { values: dates },
    y: { title: options.y, zero: true },
    series: names
      .map((name) => ({
        name,
        values: Float64Array.from(table.array(name) as ArrayLike<number | null>, (value) => value ?? Number.NaN),
      }))
      .filter(({ values }, index) => index === 0 || values.some((value) => !Number.isNaN(value))),
  });
}
