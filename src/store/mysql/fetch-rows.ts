import { text } from "../database.js";
import { csvRows } from "../file-sql.js";
import type { CatalogColumn } from "./cache-catalog.js";
import { type MysqlSession, quoted } from "./mysql-server.js";
import { writeLines } from "./write-lines.js";

/**
 * Streams rows of MySQL into a CSV file that `csvSource` reads in columns: the server writes each row as one text, so nothing
 * is made of single values here.
 *
 * @returns the number of rows
 */
export async function fetchRows(
  session: MysqlSession,
  {
    table,
    columns,
    where = "TRUE",
    values = [],
  }: { table: string; columns: readonly CatalogColumn[]; where?: string; values?: unknown[] },
  path: string,
): Promise<number> {
  const cells = columns.map(({ name, type }) => {
    const column = quoted(name);
    return type === "VARCHAR"
      ? `IF(${column} IS NULL, '', CONCAT('"', REPLACE(${column}, '"', '""'), '"'))`
      : `IFNULL(${column}, '')`;
  });
  const line = `SELECT CONCAT(${cells.join(", ',', ")}, '\\n') FROM ${quoted(table)} WHERE ${where}`;
  return writeLines(session, line, path, { values });
}

/** Bytes of a line, as many as a server sends in one piece; DuckDB would take sixteen times as much to read them into. */
const LONGEST_LINE = 1 << 26;

/** A DuckDB expression for the rows of a file that `fetchRows` wrote. */
export function csvSource(path: string, columns: readonly CatalogColumn[]): string {
  const types = columns.map(({ name, type }) => `${text(name)}: ${text(type)}`).join(", ");
  return csvRows(
    path,
    `columns = {${types}}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = ${LONGEST_LINE}, buffer_size = ${2 * LONGEST_LINE}`,
  );
}
