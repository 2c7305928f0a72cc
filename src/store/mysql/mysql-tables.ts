import { ATTRIBUTES } from "../subscriber-attributes.js";
import type { CatalogColumn, CatalogTable } from "./cache-catalog.js";
import { type MysqlSession, quoted } from "./mysql-server.js";

/** Types of DuckDB's columns in MySQL; texts depend on whether they are part of a key. */
const TYPES: Record<string, string> = {
  BOOLEAN: "TINYINT(1)",
  TINYINT: "TINYINT",
  INTEGER: "INT",
  BIGINT: "BIGINT",
  HUGEINT: "DECIMAL(38,0)",
  DOUBLE: "DOUBLE",
  DATE: "DATE",
  TIMESTAMP: "DATETIME(6)",
};

/** Where MySQL's table differs from DuckDB's: rows lie in the order of the days, as they arrive and as they are asked for. */
const SPECIAL: Record<string, { primaryKey?: string[]; extra?: string[]; columns?: Record<string, string> }> = {
  DP_CDR_Data: {
    primaryKey: ["DP_DATE", "DP_MSISDN"],
    columns: { id: "BIGINT NOT NULL AUTO_INCREMENT" },
    extra: ["UNIQUE KEY `id` (`id`)"],
  },
  added_records: { extra: ["KEY `batch_id` (`batch_id`)"] },
  record_ids: { extra: ["KEY `batch_id` (`batch_id`)"] },
};

/** The statement that makes a table in MySQL like one in DuckDB. */
function createTableSql(table: CatalogTable): string {
  const special = SPECIAL[table.name] ?? {};
  const length = keyLength(table);
  const columns = table.columns.map(
    (column) => `${quoted(column.name)} ${special.columns?.[column.name] ?? columnType(column, length(column.name))}`,
  );
  const list = (names: string[]) => names.map(quoted).join(", ");
  const primaryKey = special.primaryKey ?? table.primaryKey;
  return `CREATE TABLE IF NOT EXISTS ${quoted(table.name)} (\n  ${[
    ...columns,
    ...(primaryKey.length ? [`PRIMARY KEY (${list(primaryKey)})`] : []),
    ...table.unique.map((names) => `UNIQUE KEY (${list(names)})`),
    ...(special.extra ?? []),
  ].join(",\n  ")}\n) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
}

/** Characters that a key of InnoDB holds in all. */
const KEY_CHARACTERS = 3072 / 4;

/** How long the text of a column may be, as a part of a key; 0 when it is part of none. */
function keyLength(table: CatalogTable): (column: string) => number {
  const texts = new Set(table.columns.filter(({ type }) => type === "VARCHAR").map(({ name }) => name));
  const keys = [table.primaryKey, ...table.unique].map((key) => key.filter((column) => texts.has(column)));
  return (column) => {
    const counts = keys.filter((key) => key.includes(column)).map((key) => key.length);
    // 8 characters are left for the days and numbers among them
    return counts.length ? Math.min(255, Math.floor((KEY_CHARACTERS - 8) / Math.max(...counts))) : 0;
  };
}

function columnType({ type, required }: CatalogColumn, length: number): string {
  const own = type === "VARCHAR" ? (length ? `VARCHAR(${length})` : "LONGTEXT") : TYPES[type];
  if (!own) throw new Error(`a column of type ${type} has no counterpart in MySQL`);
  return required ? `${own} NOT NULL` : own;
}

/**
 * Makes a table, or adds the columns that it lacks, so that rows of `table` fit; columns that are there already stay. One of attributes
 * that holds something else now becomes a text: as such every value fits, and DuckDB's table says what it is.
 *
 * A change of a table ends a transaction in MySQL, so this comes before one; columns too many do no harm.
 */
export async function ensureTable(session: MysqlSession, table: CatalogTable): Promise<void> {
  const found = await session.rows<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ?`,
    [table.name],
  );
  if (!found.length) {
    await session.run(createTableSql(table));
    return;
  }
  const there = new Map(found.map(({ name, type }) => [name, type.toLowerCase()]));
  const isOther = (column: CatalogColumn) => {
    const type = there.get(column.name);
    return type !== undefined && type !== "longtext" && !optional(column).toLowerCase().startsWith(type);
  };
  const optional = (column: CatalogColumn) => columnType({ ...column, required: false }, 0);
  const add = table.columns.filter(({ name }) => !there.has(name));
  const changed =
    table.name === ATTRIBUTES ? table.columns.filter((column) => !column.required && isOther(column)) : [];
  const parts = [
    ...add.map((column) => `ADD COLUMN ${quoted(column.name)} ${optional(column)}`),
    ...changed.map(({ name }) => `MODIFY COLUMN ${quoted(name)} LONGTEXT`),
  ];
  if (!parts.length) return;
  await session.run(`ALTER TABLE ${quoted(table.name)} ${parts.join(", ")}`);
}

/** Drops the columns that a table of the feature stage had under an earlier plan. */
export async function dropOtherColumns(session: MysqlSession, table: CatalogTable): Promise<void> {
  const found = await session.rows<{ name: string }>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?",
    [table.name],
  );
  const keep = new Set(table.columns.map(({ name }) => name));
  const drop = found.filter(({ name }) => !keep.has(name));
  if (!drop.length || drop.length === found.length) return;
  await session.run(
    `ALTER TABLE ${quoted(table.name)} ${drop.map(({ name }) => `DROP COLUMN ${quoted(name)}`).join(", ")}`,
  );
}
