import { ChurnError } from "../core/errors.js";

/** The little of an Arquero table that a view needs. */
export interface TableLike {
  numRows(): number;
  columnNames(): string[];
  get(name: string, row?: number): unknown;
}

/** The little of a danfo DataFrame that a view needs. */
export interface DataFrameLike {
  readonly shape: number[];
  readonly columns: string[];
  readonly index: (string | number)[];
  readonly values: unknown;
}

/** Anything a table is shown of: an Arquero table, a danfo DataFrame, rows as objects, or columns by name. */
export type TableInput = TableLike | DataFrameLike | readonly object[] | Readonly<Record<string, ArrayLike<unknown>>>;

export type CellType = "integer" | "number" | "text" | "date" | "boolean" | "mixed" | "empty";

/** The first rows of a table, column by column. */
export interface TableHead {
  numRows: number;
  columns: { name: string; type: CellType; values: unknown[] }[];
}

/** How many values are looked at for the type of a column. */
const SAMPLE = 1000;

/**
 * Reads the first rows of a table of any kind.
 *
 * @throws ChurnError BAD_INPUT for what is not a table
 */
export function tableHead(table: TableInput, rows: number): TableHead {
  const { numRows, names, value, storage } = readTable(table);
  const columns = names.map((name) => {
    const sample = Array.from({ length: Math.min(numRows, Math.max(rows, SAMPLE)) }, (_, row) => value(name, row));
    return { name, type: storage(name) ?? typeOf(sample), values: sample.slice(0, rows) };
  });
  return { numRows, columns };
}

/** A table of any kind, by name and row. */
export interface TableReader {
  numRows: number;
  names: string[];
  value(name: string, row: number): unknown;
  /** Type of a column where its storage determines it. */
  storage(name: string): CellType | undefined;
}

/**
 * Makes a table of any kind readable.
 *
 * @throws ChurnError BAD_INPUT for what is not a table
 */
export function readTable(table: TableInput): TableReader {
  const unknown = () => undefined;
  if (typeof table !== "object" || table === null) throw noTable(table);
  if (Array.isArray(table)) {
    const names = [...new Set(table.slice(0, SAMPLE).flatMap((row) => Object.keys(row)))];
    return { numRows: table.length, names, value: (name, row) => table[row]?.[name], storage: unknown };
  }
  if (isTable(table)) {
    return {
      numRows: table.numRows(),
      names: table.columnNames(),
      value: (name, row) => table.get(name, row),
      storage: unknown,
    };
  }
  if (isDataFrame(table)) return dataFrameReader(table);
  const byName = table as Record<string, ArrayLike<unknown>>;
  const columns = Object.entries(byName);
  if (columns.some(([, column]) => typeof column?.length !== "number")) throw noTable(table);
  return {
    numRows: columns.reduce((most, [, column]) => Math.max(most, column.length), 0),
    names: columns.map(([name]) => name),
    value: (name, row) => byName[name]?.[row],
    storage: (name) => storageType(byName[name]),
  };
}

function noTable(value: unknown): ChurnError {
  return new ChurnError("BAD_INPUT", `cannot show ${value === null ? "null" : typeof value} as a table`, {
    hint: "give an Arquero table, a danfo DataFrame, an array of rows, or an object of columns",
  });
}

function dataFrameReader(frame: DataFrameLike): TableReader {
  const flat = !Array.isArray((frame.values as unknown[])[0]);
  const values = frame.values as unknown[][];
  const named = frame.index.some((label, i) => label !== i);
  // danfo calls the only column of a nameless Series "0"
  const data = flat ? [frame.columns[0] === "0" ? "value" : (frame.columns[0] ?? "value")] : [...frame.columns];
  const index = data.includes("index") ? "(index)" : "index";
  return {
    numRows: frame.shape[0] ?? 0,
    names: named ? [index, ...data] : data,
    value(name, row) {
      if (named && name === index) return frame.index[row];
      return flat ? values[row] : values[row]?.[data.indexOf(name)];
    },
    storage: () => undefined,
  };
}

function isTable(table: object): table is TableLike {
  return "numRows" in table && typeof table.numRows === "function" && "columnNames" in table;
}

function isDataFrame(table: object): table is DataFrameLike {
  return "shape" in table && "columns" in table && "index" in table && "values" in table;
}

function storageType(column: ArrayLike<unknown> | undefined): CellType | undefined {
  if (column instanceof Float64Array || column instanceof Float32Array) return "number";
  if (ArrayBuffer.isView(column)) return "integer";
  return undefined;
}

/** Null, undefined and NaN: the three ways in which a value is missing. */
export function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
}

function typeOf(values: readonly unknown[]): CellType {
  const types = new Set<CellType>();
  for (const value of values) {
    if (isMissing(value)) continue;
    if (typeof value === "bigint") types.add("integer");
    else if (typeof value === "number") types.add(Number.isInteger(value) ? "integer" : "number");
    else if (typeof value === "boolean") types.add("boolean");
    else types.add(value instanceof Date ? "date" : typeof value === "string" ? "text" : "mixed");
  }
  if (types.size === 0) return "empty";
  if (types.size === 1) return [...types][0];
  return types.size === 2 && types.has("integer") && types.has("number") ? "number" : "mixed";
}
