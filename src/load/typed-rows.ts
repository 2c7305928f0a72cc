import type { CdrColumn } from "../cdr/columns.js";
import { name } from "../store/database.js";
import { type RecordCellOptions, typedCellSql, validSql } from "../store/record-cell-sql.js";
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
    (column) => `${typedCellSql(cell(column.name), column.kind, recordOptions(options))} AS ${name(column.name)}`,
  );
  const checks = present.map((column) => validSql(name(column.name), column));
  return `SELECT *, coalesce(${["width_ok", ...checks].join(" AND ")}, false) AS ok FROM (
    SELECT ${line} ${widthOk} AS width_ok, ${typed.join(", ")} FROM ${from})`;
}

/** The options of a load as the rules of cells have them. */
export const recordOptions = ({ empty_cells, date_format }: CellOptions): RecordCellOptions => ({
  empty: empty_cells,
  date_format,
});
