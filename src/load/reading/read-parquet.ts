import { type Database, name, text } from "../../store/database.js";
import { exactPath, parquetRows } from "../../store/file-sql.js";
import { GroupRefused } from "./group-refused.js";
import type { RecordFile } from "./record-file.js";
import { listSource, type Source } from "./source.js";

/**
 * The rows of a Parquet file, every cell as text; a missing value stays missing.
 *
 * @param timeZone in whose clock instants are written; null: UTC
 */
export async function readParquet(
  db: Database,
  { path }: RecordFile,
  timeZone: string | null | undefined,
): Promise<Source> {
  const { header, types, list } = await describeParquet(db, path, timeZone);
  const cells = `SELECT line, array_to_string(list_transform(f, lambda x: coalesce(x, '')), ',') AS raw, f FROM (
    SELECT file_row_number + 1 AS line, [${list}] AS f
    FROM ${parquetRows(path, { rowNumbers: true })})`;
  const { lines } = await db.oneRow<{ lines: number }>(`SELECT count(*) AS lines FROM ${parquetRows(path)}`);
  const counted = { firstLine: 1, lines, blank: 0, continued: 0, cutOff: -1, encoding: "utf-8" } as const;
  return { types, ...listSource(header, cells, counted) };
}

/** The columns of a Parquet file, and expressions that make texts of them. */
async function describeParquet(
  db: Database,
  path: string,
  timeZone: string | null | undefined,
): Promise<{ header: string[]; types: string[]; list: string }> {
  const columns = await db.rows<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${parquetRows(path)}`,
  );
  const zone = text(timeZone ?? "UTC");
  const list = columns.map(({ column_name, column_type }) => {
    const own = name(column_name);
    return `CAST(${column_type === "TIMESTAMP WITH TIME ZONE" ? `${own} AT TIME ZONE ${zone}` : own} AS VARCHAR)`;
  });
  return {
    header: columns.map((column) => column.column_name),
    types: columns.map((column) => column.column_type),
    list: list.join(", "),
  };
}

/**
 * The rows of several Parquet files, their lines numbered as if they were one file.
 *
 * @param starts how many rows come before each file
 * @throws GroupRefused when their columns are not of the same types
 */
export async function readParquetGroup(
  db: Database,
  files: readonly { path: string; rows: number }[],
  starts: readonly number[],
  timeZone: string | null | undefined,
): Promise<Source> {
  const paths = files.map(({ path }) => path);
  const schemas = await db.oneRow<{ n: number }>(
    `SELECT count(DISTINCT form) AS n FROM (SELECT file_name, list((name, type, type_length, converted_type, scale, precision, logical_type, num_children)) AS form
     FROM parquet_schema([${paths.map((path) => text(exactPath(path))).join(", ")}]) GROUP BY file_name)`,
  );
  if (schemas.n !== 1) throw new GroupRefused("the files have other columns");
  const { header, types, list } = await describeParquet(db, paths[0], timeZone);
  const lineInFile = (line: string, file: string) => `${line} - [${starts.join(", ")}][${file} + 1]`;
  const cells = `SELECT line, file_number, array_to_string(list_transform(f, lambda x: coalesce(x, '')), ',') AS raw, f FROM (
    SELECT [${starts.join(", ")}][file_number + 1] + file_row_number + 1 AS line, file_number, [${list}] AS f
    FROM (SELECT *, CAST(file_index AS INTEGER) AS file_number FROM ${parquetRows(paths, { rowNumbers: true })}))`;
  const lines = files.reduce((sum, { rows }) => sum + rows, 0);
  const counted = { firstLine: 1, lines, blank: 0, continued: 0, cutOff: -1, encoding: "utf-8" } as const;
  return { types, ...listSource(header, cells, counted), file: "file_number", lineInFile };
}
