import { isMarkSql, isMissingTextSql, numberCastSql } from "../store/cell-sql.js";
import { name, text } from "../store/database.js";
import type { ColumnReading } from "./column-reading.js";

/** Ways of writing a day that are tried, beside ISO 8601; where two fit, the first is taken and a note says so. */
export const DAY_FORMATS = ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %b %Y", "%b %d %Y"];

/** A text cell without the spaces around it; null where it is empty. */
export const trimmedSql = (column: string): string => `nullif(trim(CAST(${name(column)} AS VARCHAR)), '')`;

/** The same, null also where a mark of a missing value stands. */
export const filledSql = (column: string): string => {
  const cell = trimmedSql(column);
  return `CASE WHEN NOT ${isMarkSql(cell)} THEN ${cell} END`;
};

// a cast passes over spaces by itself; "nan" is a mark of a missing value, whatever the cast makes of it
const finite = (number: string) => `nullif(${number}, 'nan'::DOUBLE)`;
const plainNumber = (cell: string) => finite(numberCastSql(cell));
const commaNumber = (cell: string) =>
  `CASE WHEN NOT contains(${cell}, '.') THEN ${plainNumber(`replace(${cell}, ',', '.')`)} END`;
const thousandsNumber = (cell: string) =>
  `CASE WHEN regexp_full_match(trim(${cell}), '${THOUSANDS}') THEN ${plainNumber(`replace(${cell}, ',', '')`)} END`;

/** A number with or without commas between thousands. */
const THOUSANDS = "[+-]?(\\d{1,3}(,\\d{3})+|\\d+)(\\.\\d*)?";
/** A code: what begins with a zero that a number would not have. */
const CODE = "^[+-]?0[0-9]";

/** SQL that counts the cells of a text column which are numbers, which are a value but none, and which are codes as 007. */
export function countNumbers(column: string, prefix: string): string[] {
  const own = name(column);
  const cell = trimmedSql(column);
  const number = plainNumber(own);
  return [
    `count(${number}) AS ${prefix}_number`,
    // most cells are numbers: only of the others it is asked what they are
    `count(CASE WHEN ${number} IS NULL AND ${own} IS NOT NULL AND NOT ${isMarkSql(cell)} THEN ${cell} END) AS ${prefix}_odd`,
    // what begins with a digit from 1 to 9 is none; a pattern is asked only where a branch is taken
    `count(CASE WHEN ascii(${own}) NOT BETWEEN 49 AND 57 AND ${own} LIKE '%0%' THEN CASE WHEN regexp_matches(${cell}, '${CODE}') THEN 1 END END) AS ${prefix}_code`,
  ];
}

/** SQL that counts the cells of a text column that hold a value, where no cell is taken for a number. */
export const countFilled = (column: string, prefix: string): string[] => [
  `0 AS ${prefix}_number`,
  `count(${filledSql(column)}) AS ${prefix}_odd`,
  `0 AS ${prefix}_code`,
];

/** Ways in which the cells of a text column may be read that is not one of plain numbers. */
export const OTHER_WAYS = (format: string | undefined): string[] => [
  ...["boolean", "comma", "thousands", "date"],
  ...(format === undefined ? DAY_FORMATS : [format]).map((_, k) => `date${k}`),
];

/**
 * SQL that counts the cells of a text column which can be read in some ways, and those that hold a value.
 *
 * @param cell SQL for a cell, null where it holds no value
 */
export function countOthers(cell: string, prefix: string, ways: readonly string[], format?: string): string[] {
  const formats = format === undefined ? DAY_FORMATS : [format];
  const sql: Record<string, string> = {
    filled: cell,
    boolean: `CASE WHEN lower(${cell}) IN ('true', 'false') THEN 1 END`,
    comma: commaNumber(cell),
    thousands: thousandsNumber(cell),
    date: `TRY_CAST(${cell} AS TIMESTAMP)`,
    ...Object.fromEntries(formats.map((each, k) => [`date${k}`, `try_strptime(${cell}, ${text(each)})`])),
  };
  return ways.map((way) => `count(${sql[way]}) AS ${prefix}_${way}`);
}

const isDay = (type: string) => /^(DATE|TIMESTAMP)/.test(type);

/**
 * SQL that reads a column as a number: numbers as they are, truth values as 0 and 1, days and times as seconds since
 * 1970-01-01. Null where the cell is missing or cannot be read.
 *
 * @param type type of the column in DuckDB
 */
export function numberSql(column: string, type: string, { kind, comma, thousands, format }: ColumnReading): string {
  const own = name(column);
  if (type === "VARCHAR") {
    const cell = filledSql(column);
    if (kind === "boolean") {
      return `CASE lower(${cell}) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 WHEN '1' THEN 1.0 WHEN '0' THEN 0.0 END`;
    }
    if (kind === "date") {
      return `epoch(${format ? `CAST(try_strptime(${cell}, ${text(format)}) AS TIMESTAMP)` : `TRY_CAST(${cell} AS TIMESTAMP)`})`;
    }
    return comma ? commaNumber(own) : thousands ? thousandsNumber(own) : plainNumber(own);
  }
  if (kind === "date") return isDay(type) ? `CAST(epoch(${own}) AS DOUBLE)` : "NULL";
  if (isDay(type)) return "NULL";
  if (/^TIME/.test(type)) return `CAST(epoch(${own}) AS DOUBLE)`;
  // a NaN in an array of numbers is a missing one already
  return type === "DOUBLE" ? own : `TRY_CAST(${own} AS DOUBLE)`;
}

/** SQL for the text of a category, null where it is missing; a whole number is written without a decimal point. */
export function categorySql(column: string, type: string, { marks }: ColumnReading): string {
  const own = name(column);
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) {
    return `nullif(regexp_replace(CAST(${own} AS VARCHAR), '\\.0+$', ''), 'nan')`;
  }
  const cell = trimmedSql(column);
  return marks ? `CASE WHEN NOT ${isMissingTextSql(cell)} THEN ${cell} END` : cell;
}

/** SQL for the text of a cell that holds a value and cannot be read as a number; null for any other. */
export function oddSql(column: string, type: string, reading: ColumnReading): string {
  const cell = type === "VARCHAR" ? trimmedSql(column) : `CAST(${name(column)} AS VARCHAR)`;
  const isMark = type === "VARCHAR" ? isMarkSql(cell) : `lower(${cell}) = 'nan'`;
  return `CASE WHEN ${numberSql(column, type, reading)} IS NULL AND ${cell} IS NOT NULL AND NOT ${isMark} THEN ${cell} END`;
}
