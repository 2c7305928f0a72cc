import { DAY_FORM, REASONS } from "../../cdr/cell-rules.js";
import { isMarkSql, isMissingTextSql } from "../../store/cell-sql.js";
import { text } from "../../store/database.js";
import { momentSql, offsetMomentSql } from "../../store/day-cell-sql.js";
import type { CellReading } from "../../store/log-columns.js";
import { isClockText, type PlainCell, type RecordCellOptions, typedCellSql } from "../../store/record-cell-sql.js";

/** How one kind of cells is read where an expression names its column: missing cells are null. */
interface Reading {
  /** Type of the cells in the expression. */
  type: string;
  /**
   * SQL for a cell, with a value that no cell has where it cannot be read.
   *
   * @param value that of `plain`, where a query below has computed it
   */
  read(raw: string, options: RecordCellOptions, value?: string): string;
  /** The cells that most are like, and whose value is that of `read`. */
  plain?(raw: string, options: RecordCellOptions): PlainCell | undefined;
  /** SQL for whether what was read is a value, or missing; undefined where every cell can be read. */
  isRead?(value: string): string;
  /** SQL for the value in an expression, of cells that were all read; undefined where it is as it is. */
  use?(value: string): string;
  /** Why a cell is set aside. */
  reason: string;
}

const cellOf = (raw: string) => `trim(${raw}, ' ' || chr(9))`;
/** What has no space around it and does not begin as a mark of a missing value does: such texts are many. */
const isPlainText = (raw: string) =>
  `((${raw} >= 'A' AND ${raw} < 'N') OR (${raw} >= 'O' AND ${raw} < '[') OR (${raw} >= 'a' AND ${raw} < 'n') OR (${raw} >= 'o' AND ${raw} < '{') OR (${raw} >= '2' AND ${raw} < ':'))
    AND NOT ends_with(${raw}, ' ') AND NOT ends_with(${raw}, chr(9))`;

const isMissing = (raw: string) => `(${raw} IS NULL OR ${cellOf(raw)} = '' OR ${isMarkSql(cellOf(raw))})`;

/** The time of a text as 2024-01-31 23:59:59; null of any other. */
const clockTime = (raw: string) => `CASE WHEN ${isClockText(raw)} THEN try_cast(${raw} AS TIMESTAMP) END`;

/** A time without its offset, which does not count: the clock is that which wrote it. */
const clockSql = (cell: string) =>
  `try_cast(replace(regexp_extract(${cell}, '^[0-9/-]+([T ][0-9:.,]+)?'), ',', '.') AS TIMESTAMP)`;

/** A moment on the clock that counts: as the option says that times are written, else by ISO 8601. */
function timeSql(
  raw: string,
  { date_format: format, time_zone: zone = null }: RecordCellOptions,
  value = clockTime(raw),
): string {
  const cell = cellOf(raw);
  const instant = zone ? offsetMomentSql(cell, zone) : undefined;
  const iso = `CASE ${instant ? `WHEN ${instant[0]} THEN ${instant[1]}` : ""} WHEN regexp_matches(${cell}, ${text(DAY_FORM)}) THEN ${clockSql(cell)} END`;
  const told = format ? `CAST(${momentSql(cell, format, zone)} AS TIMESTAMP), ` : "";
  const plain = format ? "" : `WHEN ${value} IS NOT NULL THEN ${value}`;
  return `CASE ${plain} WHEN ${isMissing(raw)} THEN NULL ELSE coalesce(${told}${iso}, 'infinity'::TIMESTAMP) END`;
}

/** The ways of reading a cell, by name. */
export const READINGS: Readonly<Record<CellReading, Reading>> = {
  number: {
    type: "DOUBLE",
    // many cells are empty where a row may be a call, a message or an order: a cast that fails takes long, and so would tests of all of them
    read: (raw, options, value) =>
      `CASE WHEN ${raw} <> '' THEN ${typedCellSql(raw, "amount", { ...options, empty: "null" }, value)} END`,
    isRead: (value) => `coalesce(isfinite(${value}), true)`,
    reason: REASONS.notANumber,
  },
  text: {
    type: "VARCHAR",
    read: (raw) =>
      `CASE WHEN ${isPlainText(raw)} THEN ${raw} WHEN ${cellOf(raw)} <> '' AND NOT ${isMissingTextSql(cellOf(raw))} THEN ${cellOf(raw)} END`,
    reason: "not a text",
  },
  day: {
    type: "DATE",
    read: (raw, options) =>
      `coalesce(${typedCellSql(raw, "day", { ...options, date_format: null })}, ${options.date_format ? `${typedCellSql(raw, "day", options)}, ` : ""}CASE WHEN NOT ${isMissing(raw)} THEN 'infinity'::DATE END)`,
    isRead: (value) => `coalesce(isfinite(${value}), true)`,
    reason: REASONS.notADate,
  },
  time: {
    type: "TIMESTAMP",
    read: timeSql,
    plain: (raw, { date_format }) =>
      date_format ? undefined : { value: clockTime(raw), test: (value) => `${value} IS NOT NULL` },
    isRead: (value) => `coalesce(isfinite(${value}), true)`,
    reason: "not a time YYYY-MM-DD HH:MM:SS",
  },
  truth: {
    type: "BOOLEAN",
    read: (raw, options) => typedCellSql(raw, "label", options),
    isRead: (value) => `${value} IS NOT NULL`,
    use: (value) => `CASE ${value} WHEN 1 THEN true WHEN 0 THEN false END`,
    reason: "not true or false",
  },
};

/** Types of DuckDB and how the cells of such a column of a typed file are read. */
export function readingOfType(type: string): CellReading | undefined {
  if (/\[|^(STRUCT|MAP|UNION|BLOB|INTERVAL|BIT)/.test(type)) return undefined;
  if (type === "BOOLEAN") return "truth";
  if (type === "DATE") return "day";
  if (type.startsWith("TIMESTAMP")) return "time";
  return /INT|^(FLOAT|DOUBLE|DECIMAL)/.test(type) ? "number" : "text";
}

/** Cells of a sample that can be read in each way, and that hold a value at all. */
export interface ReadableCells {
  filled: number;
  number: number;
  /** Numbers with a zero before them, as 007, which are codes. */
  code: number;
  day: number;
  time: number;
  truth: number;
}

const DAY = "^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}$";

/**
 * A query that counts, of columns of texts, the cells that can be read in each way: a row of `ReadableCells` a column, in their order.
 *
 * @param from SQL for the texts of one column after the other: `place`, `raw`
 */
export function countReadable(from: string, options: RecordCellOptions): string {
  return `SELECT count(*) FILTER (is_filled) AS filled, count(*) FILTER (isfinite(number)) AS number,
      count(*) FILTER (is_filled AND regexp_matches(cell, '^[+-]?0[0-9]')) AS code, count(*) FILTER (is_filled AND regexp_matches(cell, ${text(DAY)})) AS day,
      count(*) FILTER (isfinite(moment)) AS time, count(*) FILTER (is_filled AND lower(cell) IN ('true', 'false')) AS truth
    FROM (SELECT place, ${cellOf("raw")} AS cell, NOT ${isMissing("raw")} AS is_filled, ${READINGS.number.read("raw", options)} AS number,
      ${timeSql("raw", options)} AS moment FROM (${from})) GROUP BY place ORDER BY place`;
}

/**
 * How a column may be read, the likeliest first: what all cells of a sample allow; then, for an expression that does not take this, what
 * some of them allow, the others being faults. Without any value it may be anything.
 */
export function readingsOfCells({ filled, number, code, day, time, truth }: ReadableCells): CellReading[] {
  if (filled === 0) return ["number", "text", "time", "day"];
  if (number === filled) return code > 0 ? ["text", "number"] : ["number"];
  if (truth === filled) return ["truth"];
  if (day === filled) return ["day"];
  if (time === filled) return ["time"];
  const some: [CellReading, number][] = [
    ["number", number],
    ["time", time],
    ["truth", truth],
  ];
  const likely = some.filter(([, cells]) => cells > 0).sort(([, a], [, b]) => b - a);
  return ["text", ...likely.map(([reading]) => reading)];
}

/** SQL for what was read of a cell as an expression has it, null where it could not be read. */
export function readableSql(value: string, reading: CellReading): string {
  const { isRead, use } = READINGS[reading];
  const used = use ? use(value) : value;
  return isRead ? `CASE WHEN ${isRead(value)} THEN ${used} END` : used;
}
