import type { CdrColumn } from "../cdr/columns.js";
import { name, text } from "../store/database.js";
import type { LoadSettings } from "./options.js";

/** How the cells of a file are read. */
export type CellOptions = Pick<LoadSettings, "columns" | "grain" | "empty_cells" | "date_format"> &
  Partial<Pick<LoadSettings, "time_zone">>;

/** What rows are read from, one by one, in the order of the file. */
export interface RowSource {
  from: string;
  /** An expression for whether the row has as many cells as the header. */
  widthOk: string;
  /** "line," where `from` gives it; undefined where rows and lines are in step. */
  line: string | undefined;
}

/**
 * A query for rows with cells cast to their column types, and a flag saying whether every cell is valid; in the order of `from`.
 *
 * @param cell the expression for the text of one of our columns
 */
export function typedRows(
  present: readonly CdrColumn[],
  cell: (our: string) => string,
  options: CellOptions,
  { from, widthOk, line = "" }: RowSource,
): string {
  const typed = present.map(
    (column) => `${typedCell(cell(column.name), column.kind, options)} AS ${name(column.name)}`,
  );
  const checks = present.map((column) => validity(name(column.name), column.kind));
  return `SELECT *, coalesce(${["width_ok", ...checks].join(" AND ")}, false) AS ok FROM (
    SELECT ${line} ${widthOk} AS width_ok, ${typed.join(", ")} FROM ${from})`;
}

/** A list, since DuckDB makes a join of a long IN, and a join does not keep the order of the rows. */
const NO_SUBSCRIBER = "['', 'null', 'nan', 'none', 'na', 'n/a']";
/** Whole numbers from here on are not exact as a double. */
const TOO_LARGE = "9007199254740992";

/** A cell cast to its column type, null where it cannot be read. What most cells are like is asked first. */
function typedCell(raw: string, kind: string, options: CellOptions): string {
  const cell = `trim(${raw})`;
  if (kind === "id") {
    return `CASE WHEN length(${cell}) > 4 OR NOT list_contains(${NO_SUBSCRIBER}, lower(${cell})) THEN ${cell} END`;
  }
  if (kind === "day") {
    if (options.date_format) return formattedDay(cell, options.date_format);
    // a text after the day must be a time; DuckDB's cast to DATE would pass over it
    return `CASE WHEN length(${raw}) = 10 AND ${raw} BETWEEN '1' AND '3' AND ${raw}[5] = '-' AND ${raw}[8] = '-' THEN try_cast(${raw} AS DATE)
      WHEN regexp_matches(${cell}, '^\\d{4}[-/]\\d') AND try_cast(${cell} AS TIMESTAMP) IS NOT NULL THEN try_cast(${cell} AS DATE) END`;
  }
  if (kind === "label") {
    return `CASE WHEN ${raw} = '0' THEN 0 WHEN ${raw} = '1' THEN 1 ELSE
      CASE lower(${cell}) WHEN '' THEN -1 WHEN '0' THEN 0 WHEN '1' THEN 1 WHEN 'false' THEN 0 WHEN 'true' THEN 1 WHEN '0.0' THEN 0 WHEN '1.0' THEN 1 END END`;
  }
  // a cast passes over spaces by itself
  const number = `CASE WHEN NOT contains(${raw}, '_') THEN try_cast(${raw} AS DOUBLE) END`;
  return options.empty_cells === "zero" ? `CASE WHEN ${cell} = '' THEN 0 ELSE ${number} END` : number;
}

/** An offset from UTC behind a time of day. */
const OFFSET = "[ T]\\d{2}:?\\d{2}(?::?\\d{2}(?:[.,]\\d+)?)? ?([+-])(\\d{2}):?(\\d{2})?";

/** The day of a text in a format of strptime; with an offset it is the day of the clock that wrote it, not the one in UTC. */
function formattedDay(cell: string, format: string): string {
  const time = `try_strptime(${cell}, ${text(format)})`;
  if (!format.includes("%z")) return `CAST(${time} AS DATE)`;
  const part = (group: number) => `regexp_extract(${cell}, '${OFFSET}', ${group})`;
  const minutes = `coalesce(60 * try_cast(${part(2)} AS INTEGER), 0) + coalesce(try_cast(${part(3)} AS INTEGER), 0)`;
  const offset = `to_minutes(CASE ${part(1)} WHEN '-' THEN -1 ELSE 1 END * (${minutes}))`;
  return `CAST((${time} AT TIME ZONE 'UTC') + ${offset} AS DATE)`;
}

/** Whether a typed cell holds what its kind may hold. */
function validity(value: string, kind: string): string {
  if (kind === "day") return `${value} BETWEEN DATE '1970-01-01' AND current_date + 1`;
  if (kind === "count") return `(${value} >= 0 AND ${value} < ${TOO_LARGE} AND ${value} = trunc(${value}))`;
  if (kind === "amount") return `(${value} >= 0 AND ${value} < 1e12)`;
  return `${value} IS NOT NULL`;
}

/** What may be wrong with a cell, as tests in the order of their precedence, each with its reason. */
export function faultsOf(
  kind: string,
  cell: string,
  value: string,
  options: CellOptions,
): [test: string, reason: string][] {
  if (kind === "id") return [[`${value} IS NULL`, "no subscriber"]];
  if (kind === "day") {
    return [
      [`${cell} = ''`, "no date"],
      [
        `${value} IS NULL`,
        options.date_format ? `not a date of the form ${options.date_format}` : "not a date YYYY-MM-DD",
      ],
      [`NOT ${validity(value, kind)}`, "date out of range: before 1970 or in the future"],
    ];
  }
  if (kind === "label") return [[`${value} IS NULL`, "label is not 0 or 1"]];
  const faults: [string, string][] = [
    [`${cell} = '' AND ${value} IS NULL`, "empty"],
    [`${value} IS NULL OR isnan(${value})`, "not a number"],
    [`${value} < 0`, "negative"],
    [`NOT ${value} < ${kind === "count" ? TOO_LARGE : "1e12"}`, "too large"],
  ];
  if (kind === "count") faults.push([`${value} <> trunc(${value})`, "not a whole number"]);
  return faults;
}

/** A valid cell in the form that the table keeps. */
export function storedCell({ name: column, kind }: CdrColumn): string {
  const of = name(column);
  if (kind === "label") return `nullif(${of}, -1)`;
  if (kind === "count") return `CAST(${of} AS BIGINT)`;
  // + 0.0 makes 0 of -0
  return kind === "amount" ? `${of} + 0.0` : of;
}
