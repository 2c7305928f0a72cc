import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "../database.js";
import { csvRows } from "../file-sql.js";
import type { CatalogColumn } from "./cache-catalog.js";
import { coreConnection } from "./core-connection.js";
import { type MysqlSession, quoted } from "./mysql-server.js";

/** Bytes that are put together before they are written. */
const BLOCK = 1 << 20;

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
  const query = coreConnection(session.connection).query({
    sql: `SELECT CONCAT(${cells.join(", ',', ")}, '\\n') FROM ${quoted(table)} WHERE ${where}`,
    values,
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  });
  let rows = 0;
  let block: Buffer[] = [];
  let size = 0;
  const gather = new Transform({
    writableObjectMode: true,
    transform([line]: [Buffer], _encoding, done) {
      rows++;
      block.push(line);
      size += line.length;
      if (size < BLOCK) return done();
      const whole = Buffer.concat(block, size);
      block = [];
      size = 0;
      done(null, whole);
    },
    flush(done) {
      done(null, Buffer.concat(block, size));
    },
  });
  await pipeline(query.stream({ highWaterMark: 1000 }), gather, createWriteStream(path));
  return rows;
}

/** A DuckDB expression for the rows of a file that `fetchRows` wrote. */
export function csvSource(path: string, columns: readonly CatalogColumn[]): string {
  const types = columns.map(({ name, type }) => `${text(name)}: ${text(type)}`).join(", ");
  return csvRows(
    path,
    `columns = {${types}}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = 67108864`,
  );
}
