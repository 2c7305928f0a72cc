import type { Database } from "./database.js";

/** Whether a database has a table of this name, of its own and not a temporary one. */
export async function tableExists(db: Database, table: string): Promise<boolean> {
  const found = await db.row(
    "SELECT 1 FROM duckdb_tables() WHERE table_name = $1 AND schema_name = 'main' AND NOT temporary AND database_name = current_database()",
    [table],
  );
  return found !== undefined;
}
