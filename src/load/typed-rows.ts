import { CDR_COLUMNS, type CdrColumn } from "../cdr/columns.js";
import { type Database, name } from "../store/database.js";
import { type RecordCellOptions, typedCellSql, validSql } from "../store/record-cell-sql.js";
import type { CellOptions } from "./cell-options.js";
import { mapColumns } from "./map-columns.js";
import type { Source } from "./source.js";

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
  const rows = source.line ? "typed" : `(SELECT rowid + ${source.firstLine} AS line, * FROM typed)`;
  return { source, present, absent, unused, rows, options };
}

function typedRows(
  present: readonly MappedColumn[],
  { from, cell, widthOk, line, file }: Source,
  options: CellOptions,
): string {
  const rules = recordCellOptions(options);
  const typed = present.map((column) => {
    const own = { ...rules, thousands: options.thousands?.[column.name] };
    return `${typedCellSql(cell(column.position), column.kind, own)} AS ${name(column.name)}`;
  });
  const checks = present.map((column) => validSql(name(column.name), column));
  const place = `${line ? `${line} AS line, ` : ""}${file ? `${file} AS file_number, ` : ""}`;
  return `SELECT *, coalesce(${["width_ok", ...checks].join(" AND ")}, false) AS ok FROM (
    SELECT ${place}${widthOk} AS width_ok, ${typed.join(", ")} FROM ${from})`;
}

/** The options of a load as the rules of cells have them. */
function recordCellOptions({ empty_cells, date_format, time_zone, decimal, id_form }: CellOptions): RecordCellOptions {
  return { empty: empty_cells === "missing" ? "null" : empty_cells, date_format, time_zone, decimal, id_form };
}
