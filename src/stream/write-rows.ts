import type { CdrColumn } from "../cdr/columns.js";
import { type Database, text } from "../store/database.js";
import { applyScenario, type ScenarioSpan } from "./scenario-sql.js";

const PLAIN: ScenarioSpan = { scenario: "none", from: "", days: null };

/**
 * Writes the rows of a query with columns of the record as Parquet, in order of arrival: by day, then by subscriber.
 *
 * @param record.columns the columns of the record; those that the query has not are left out
 * @param record.span what changes in the rows
 */
export async function writeRows(
  db: Database,
  query: string,
  path: string,
  { columns: record, span = PLAIN }: { columns: readonly CdrColumn[]; span?: ScenarioSpan },
): Promise<void> {
  const names = (await db.rows<{ column_name: string }>(`DESCRIBE ${query}`)).map(({ column_name }) => column_name);
  const columns = record.filter(({ name }) => names.includes(name)).map((column) => applyScenario(column, span));
  await db.run(
    `COPY (SELECT ${columns.join(", ")} FROM (${query}) ORDER BY DP_DATE, DP_MSISDN) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}
