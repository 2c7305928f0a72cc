import { ChurnError } from "../../core/errors.js";
import { type Column, type ColumnInput, columnLength, gather, toCategory, toColumn } from "./column.js";
import type { MonitoredTable } from "./table.js";

/** The rows of one value of a column. */
export interface Segment {
  readonly value: string;
  readonly rows: number;
  readonly table: MonitoredTable;
}

/**
 * Parts a table by the values of a column, most rows first; rows with a missing value are in no part.
 *
 * Monitor each part against the same part of the reference:
 * @example
 * for (const { value, table } of segmentsOf(analysis, "region")) {
 *   realizedPerformance({ reference: segmentOf(reference, "region", value), analysis: table });
 * }
 */
export function segmentsOf(table: MonitoredTable, name: string): Segment[] {
  const { codes, levels } = categories(table, name);
  const rows = levels.map((): number[] => []);
  codes.forEach((code, row) => {
    rows[code]?.push(row);
  });
  return levels
    .map((value, code) => ({ value, rows: rows[code] }))
    .filter((part) => part.rows.length > 0)
    .sort((a, b) => b.rows.length - a.rows.length)
    .map((part) => ({ value: part.value, rows: part.rows.length, table: rowsOf(table, Uint32Array.from(part.rows)) }));
}

/** The rows of a table with one value of a column. */
export function segmentOf(table: MonitoredTable, name: string, value: string): MonitoredTable {
  const { codes, levels } = categories(table, name);
  const code = levels.indexOf(value);
  const rows: number[] = [];
  codes.forEach((each, row) => {
    if (each === code && code >= 0) rows.push(row);
  });
  if (rows.length === 0) {
    throw new ChurnError("NO_DATA", `no row has ${JSON.stringify(value)} in column "${name}"`, {
      hint: `it has ${levels.slice(0, 8).join(", ")}`,
    });
  }
  return rowsOf(table, Uint32Array.from(rows));
}

function categories(table: MonitoredTable, name: string) {
  const input = table.columns?.[name];
  if (input === undefined) throw new ChurnError("BAD_INPUT", `there is no column "${name}" to part the table by`);
  return toCategory(toColumn(input, name));
}

function rowsOf(table: MonitoredTable, rows: Uint32Array): MonitoredTable {
  const take = (input: ColumnInput, name: string): Column => {
    const column = toColumn(input, name);
    if (columnLength(column) <= (rows.at(-1) ?? 0)) {
      throw new ChurnError("BAD_INPUT", `column "${name}" has ${columnLength(column)} rows, fewer than the others`);
    }
    return gather(column, rows);
  };
  const { timestamp, columns = {}, identifier, yPredProba, yPred, yTrue, ...rest } = table;
  const given = Object.entries({ identifier, yPredProba, yPred, yTrue });
  return {
    ...rest,
    ...(timestamp ? { timestamp: Array.from(rows, (row) => timestamp[row]) } : {}),
    ...Object.fromEntries(given.flatMap(([key, input]) => (input === undefined ? [] : [[key, take(input, key)]]))),
    columns: Object.fromEntries(Object.entries(columns).map(([name, input]) => [name, take(input, name)])),
  };
}
