import { type Database, text } from "../database.js";

/** A column of a table in the DuckDB file. */
export interface CatalogColumn {
  name: string;
  /** DuckDB's name of the type. */
  type: string;
  required: boolean;
}

/** A table of the DuckDB file, as its catalog describes it: the one definition that MySQL's tables are made from. */
export interface CatalogTable {
  name: string;
  columns: CatalogColumn[];
  primaryKey: string[];
  unique: string[][];
  /** The statement that makes it. */
  definition: string;
}

/** Reads the tables that hold data from the catalog; those that are the store's own affair (`workbench_…`) are left out. */
export async function readCatalog(db: Database, only?: string): Promise<CatalogTable[]> {
  const which = only === undefined ? "" : ` AND table_name = ${text(only)}`;
  const mine = `database_name = current_database() AND schema_name = 'main' AND NOT starts_with(table_name, 'workbench_')${which}`;
  const tables = await db.rows<{ table_name: string; sql: string }>(
    `SELECT table_name, sql FROM duckdb_tables() WHERE ${mine} AND NOT temporary ORDER BY table_name`,
  );
  if (!tables.length) return [];
  const columns = await db.rows<{ table_name: string; column_name: string; data_type: string; is_nullable: boolean }>(
    `SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE ${mine} ORDER BY table_name, column_index`,
  );
  const keys = await db.rows<{ table_name: string; constraint_type: string; names: string }>(
    `SELECT table_name, constraint_type, array_to_string(constraint_column_names, chr(31)) AS names FROM duckdb_constraints()
     WHERE ${mine} AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')`,
  );
  return tables.map(({ table_name, sql }) => {
    const own = keys.filter((key) => key.table_name === table_name);
    const named = (type: string) =>
      own.filter((key) => key.constraint_type === type).map((key) => key.names.split("\x1f"));
    return {
      name: table_name,
      definition: sql,
      columns: columns
        .filter((column) => column.table_name === table_name)
        .map(({ column_name, data_type, is_nullable }) => ({
          name: column_name,
          type: data_type,
          required: !is_nullable,
        })),
      primaryKey: named("PRIMARY KEY")[0] ?? [],
      unique: named("UNIQUE"),
    };
  });
}
