import { CDR_COLUMNS, type CdrColumn } from "../cdr/columns.js";
import { type Database, name } from "../store/database.js";
import { type RecordCellOptions, typedCellSql, validSql } from "../store/record-cell-sql.js";
import { mapColumns } from "./map-columns.js";
import type { LoadSettings } from "./options.js";
import type { Source } from "./source.js";

/** How the cells of a file are read. */
export type CellOptions = Pick<LoadSettings, "columns" | "grain" | "empty_cells" | "date_format"> &
  Partial<Pick<LoadSettings, "time_zone">>;

/** One of our columns, and its position in a file. */
export interface MappedColumn extends CdrColumn {
  position: number;
}

/** The table `typed`, and what it was made of. */
export interface TypedRows {
  source: Source;
  /** Our columns that the file has, in our order. */
  present: readonly MappedColumn[];
  /** Our columns that the file does not have. */
  absent: string[];
  /** Columns of the file that nothing uses. */
  unused: string[];
  /** SQL for the rows of `typed`, with the number of their line. */
  rows: string;
  options: CellOptions;
}

/**
 * Makes the temporary table `typed` of a source, in its order: cells cast to their column types, and a flag `ok` saying whether
 * every cell of the row is valid.
 *
 * @throws ChurnError as `mapColumns`
 */
export async function makeTypedRows(db: Database, source: Source, options: CellOptions): Promise<TypedRows> {
  const { positions, absent, unused } = mapColumns(source.header, options.columns);
  const present = CDR_COLUMNS.flatMap((column): MappedColumn[] => {
    const position = positions.get(column.name);
    return position === undefined ? [] : [{ ...column, position }];
  });
  await db.run(`CREATE OR REPLACE TEMP TABLE typed AS ${typedRows(present, source, options)}`);
  // the first line is the header
  const rows = source.line ? "typed" : "(SELECT rowid + 2 AS line, * FROM typed)";
  return { source, present, absent, unused, rows, options };
}

function typedRows(
  present: readonly MappedColumn[],
  { from, cell, widthOk, line, file }: Source,
  options: CellOptions,
): string {
  const { empty_cells: empty, date_format } = options;
  const rules: RecordCellOptions = { empty, date_format };
  const typed = present.map(
    (column) => `${typedCellSql(cell(column.position), column.kind, rules)} AS ${name(column.name)}`,
  );
  const checks = present.map((column) => validSql(name(column.name), column));
  const place = `${line ? `${line} AS line, ` : ""}${file ? `${file} AS file_number, ` : ""}`;
  return `SELECT *, coalesce(${["width_ok", ...checks].join(" AND ")}, false) AS ok FROM (
    SELECT ${place}${widthOk} AS width_ok, ${typed.join(", ")} FROM ${from})`;
}
