import { columnsAs } from "../store/columns-as.js";
import type { Columns } from "../store/read-columns.js";
import type { Tally } from "./tally.js";

/**
 * Writes the query that counts a column where it lies: one row per distinct value; DuckDB's SQL.
 *
 * @param value SQL of the number, null where it is missing
 * @param label SQL of the label, 0 or 1, null where it is not known
 * @param from a table, or a query in parentheses
 */
export function tallySql(value: string, label: string, from: string): string {
  // adding 0 makes -0.0, which is another value to GROUP BY, into 0.0
  return `SELECT v, count(*) AS "rows", count(*) FILTER (l = 0) AS stayed, count(*) FILTER (l = 1) AS churned
    FROM (SELECT CAST(${value} AS DOUBLE) + 0 AS v, ${label} AS l FROM ${from}) GROUP BY v ORDER BY v NULLS LAST`;
}

/** Reads the result of `tallySql`; null, NaN and infinities count as missing. */
export function readTally(columns: Columns): Tally {
  const { v, rows, stayed, churned } = columnsAs(columns, {
    v: Float64Array,
    rows: Float64Array,
    stayed: Float64Array,
    churned: Float64Array,
  });
  const keep = (column: Float64Array) => column.filter((_, i) => Number.isFinite(v[i]));
  const missing = rows.reduce((sum, count, i) => (Number.isFinite(v[i]) ? sum : sum + count), 0);
  return { values: keep(v), rows: keep(rows), stayed: keep(stayed), churned: keep(churned), missing };
}
