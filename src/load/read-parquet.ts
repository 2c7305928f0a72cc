import { type Database, name, text } from "../store/database.js";
import { parquetRows } from "../store/file-sql.js";
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
  const columns = await db.rows<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${parquetRows(path)}`,
  );
  const zone = text(timeZone ?? "UTC");
  const list = columns
    .map(({ column_name, column_type }) => {
      const own = name(column_name);
      return `CAST(${column_type === "TIMESTAMP WITH TIME ZONE" ? `${own} AT TIME ZONE ${zone}` : own} AS VARCHAR)`;
    })
    .join(", ");
  const cells = `SELECT line, array_to_string(list_transform(f, lambda x: coalesce(x, '')), ',') AS raw, f FROM (
    SELECT file_row_number + 1 AS line, [${list}] AS f
    FROM ${parquetRows(path, { rowNumbers: true })})`;
  const { lines } = await db.oneRow<{ lines: number }>(`SELECT count(*) AS lines FROM ${parquetRows(path)}`);
  const header = columns.map((column) => column.column_name);
  const types = columns.map((column) => column.column_type);
  const counted = { firstLine: 1, lines, blank: 0, continued: 0, cutOff: -1, encoding: "utf-8" } as const;
  return { types, ...listSource(header, cells, counted) };
}
