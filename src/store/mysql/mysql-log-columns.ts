import { columnsOfRows, DEFAULT_MEASURES, type LogColumn, type MeasureRow } from "../log-columns.js";
import { type MysqlSession, quoted } from "./mysql-server.js";

const NAMES = ["name", "kind", "title", "unit", "negative", "combine", "sql", "reads"] as const;

/** The columns of the record of a database: what `logColumns` says of the copy, when that is up to date. */
export async function mysqlLogColumns(session: MysqlSession): Promise<LogColumn[]> {
  const rows = await session.rows<MeasureRow>(
    `SELECT ${NAMES.map(quoted).join(", ")} FROM measures ORDER BY ${quoted("position")}`,
  );
  return columnsOfRows(rows);
}

/** Writes the measures that a database begins with, where it has none. */
export async function addDefaultMeasures(session: MysqlSession): Promise<void> {
  const found = await session.row<{ n: number }>("SELECT COUNT(*) AS n FROM measures");
  if (Number(found?.n) > 0) return;
  const rows = DEFAULT_MEASURES.map((row, index) => [index + 1, ...NAMES.map((column) => row[column])]);
  await session.run(`INSERT INTO measures (${["position", ...NAMES].map(quoted).join(", ")}) VALUES ?`, [rows]);
}
