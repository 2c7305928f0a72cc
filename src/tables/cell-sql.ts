import { name } from "../store/database.js";

/** What the cells of a column are to the trees. */
export type TableColumnKind = "number" | "boolean" | "date" | "category";

/** How the cells of a column are read. */
export interface ColumnReading {
  kind: TableColumnKind;
  /** Numbers with a decimal comma. */
  comma?: true;
  /** How days are written, for strptime; ISO 8601 when left out. */
  format?: string;
}

/** What stands for a missing value in a column that holds numbers, days or truth values; texts may well be these words. */
const MARKS = [
  "NA",
  "N/A",
  "n/a",
  "#N/A",
  "NaN",
  "nan",
  "NAN",
  "null",
  "NULL",
  "Null",
  "None",
  "none",
  "<NA>",
  "NaT",
  "?",
  "-",
  ".",
];

const MARK_LIST = MARKS.map((mark) => `'${mark}'`).join(", ");

/** Ways of writing a day that are tried, beside ISO 8601; where two fit, the first is taken. */
export const DAY_FORMATS = ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %b %Y", "%b %d %Y"];

/** A text cell without the spaces around it; null where it is empty. */
export const trimmedSql = (column: string): string => `nullif(trim(CAST(${name(column)} AS VARCHAR)), '')`;

/** The same, null also where a mark of a missing value stands. */
const plainOf = (column: string): string => {
  const cell = trimmedSql(column);
  return `CASE WHEN ${cell} IN (${MARK_LIST}) THEN NULL ELSE ${cell} END`;
};

/** SQL that counts the cells of a text column which are a value, and which can be read in each way. */
export function countReadings(column: string, prefix: string, comma: boolean): string[] {
  const cell = plainOf(column);
  const count = (what: string, as: string) => `count(${what}) AS ${prefix}_${as}`;
  return [
    count(cell, "value"),
    count(`TRY_CAST(${cell} AS DOUBLE)`, "number"),
    ...(comma ? [count(commaNumber(cell), "comma")] : []),
  ];
}

export function countOtherReadings(column: string, prefix: string): string[] {
  const cell = plainOf(column);
  const count = (what: string, as: string) => `count(${what}) AS ${prefix}_${as}`;
  return [
    `count(*) FILTER (lower(${cell}) IN ('true', 'false')) AS ${prefix}_boolean`,
    count(`TRY_CAST(${cell} AS TIMESTAMP)`, "date"),
    ...DAY_FORMATS.map((format, k) => count(`try_strptime(${cell}, '${format}')`, `date${k}`)),
  ];
}

const commaNumber = (cell: string) =>
  `CASE WHEN ${cell} NOT LIKE '%.%' THEN TRY_CAST(replace(${cell}, ',', '.') AS DOUBLE) END`;

/**
 * SQL that reads a column as a number: numbers as they are, truth values as 0 and 1, days and times as seconds since
 * 1970-01-01. Null where the cell is missing or cannot be read.
 *
 * @param type type of the column in DuckDB
 */
export function numberSql(column: string, type: string, { kind, comma, format }: ColumnReading): string {
  const own = name(column);
  if (type === "VARCHAR") {
    const cell = plainOf(column);
    if (kind === "boolean") {
      return `CASE lower(${cell}) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 WHEN '1' THEN 1.0 WHEN '0' THEN 0.0 END`;
    }
    if (kind === "date") {
      const time = format ? `try_strptime(${cell}, '${format}')` : `TRY_CAST(${cell} AS TIMESTAMP)`;
      return `epoch(${time})`;
    }
    return comma ? commaNumber(cell) : `TRY_CAST(${cell} AS DOUBLE)`;
  }
  if (kind === "date") return /^(DATE|TIMESTAMP)/.test(type) ? `CAST(epoch(${own}) AS DOUBLE)` : "NULL";
  if (/^(DATE|TIMESTAMP)/.test(type)) return "NULL";
  if (/^TIME/.test(type)) return `CAST(epoch(${own}) AS DOUBLE)`;
  return `TRY_CAST(${own} AS DOUBLE)`;
}

/** SQL that is null exactly where the cell counts as missing for a column of this kind. */
export function valueSql(column: string, type: string): string {
  return type === "VARCHAR" ? plainOf(column) : name(column);
}
