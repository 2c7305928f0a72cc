import { randomUUID } from "node:crypto";
import { ChurnError } from "../../core/errors.js";
import { inMemory } from "../memory-database.js";
import { createTables, SCHEMA_VERSION } from "../schema.js";
import { readCatalog } from "./cache-catalog.js";
import { DAILY_PROCEDURE } from "./daily-procedure.js";
import { findLegacyTables, type LegacyState } from "./legacy-tables.js";
import { addDefaultMeasures } from "./mysql-log-columns.js";
import type { MysqlSession } from "./mysql-server.js";
import { ensureTable } from "./mysql-tables.js";

const OPTIONS = "ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/** The store's own tables: version, the number of the last change, and which change each partition comes from. */
const OWN_TABLES = [
  `CREATE TABLE IF NOT EXISTS workbench_state (
    id TINYINT PRIMARY KEY, store_id CHAR(36) NOT NULL, revision BIGINT NOT NULL) ${OPTIONS}`,
  `CREATE TABLE IF NOT EXISTS workbench_parts (
    table_name VARCHAR(64) NOT NULL, part VARCHAR(255) NOT NULL, revision BIGINT NOT NULL, row_count BIGINT NOT NULL,
    definition LONGTEXT, token CHAR(36) NOT NULL, PRIMARY KEY (table_name, part), KEY (revision), KEY (token)) ${OPTIONS}`,
];
const VERSION_TABLE = `CREATE TABLE IF NOT EXISTS workbench_schema (version INT PRIMARY KEY) ${OPTIONS}`;

/**
 * Makes the tables of a database that has none, and brings those of an older version up to date.
 *
 * Each step can be repeated, and the version is written last: whoever is stopped in between begins again.
 *
 * @returns records that are texts without keys, where the database has those instead: they are read, and nothing is made
 * @throws ChurnError STORE_DAMAGED for a newer version
 */
export async function ensureMysqlSchema(session: MysqlSession): Promise<LegacyState | undefined> {
  const version = await schemaVersion(session);
  if (version === SCHEMA_VERSION) return undefined;
  if (version !== null && version > SCHEMA_VERSION) {
    throw new ChurnError(
      "STORE_DAMAGED",
      `${session.server.place}: its tables are of version ${version}, newer than ${SCHEMA_VERSION}, which this program knows`,
      { hint: "update the workbench, or name another database in CHURN_STORE" },
    );
  }
  if (version === null) {
    const legacy = await findLegacyTables(session);
    if (legacy) return legacy;
  }
  await ensureMysqlTables(session);
  await writeSchemaVersion(session);
  return undefined;
}

/** Makes what is missing; the tables of a new DuckDB file are the model. */
export async function ensureMysqlTables(session: MysqlSession): Promise<void> {
  const tables = await inMemory(async (db) => {
    await createTables(db);
    return readCatalog(db);
  });
  const lock = `churn:${session.server.database}`.slice(0, 64);
  await session.row("SELECT GET_LOCK(?, 60) AS held", [lock]);
  try {
    for (const sql of OWN_TABLES) await session.run(sql);
    for (const table of tables) await ensureTable(session, table);
    await addDefaultMeasures(session);
    for (const sql of DAILY_PROCEDURE) await session.run(sql);
    await session.run("INSERT IGNORE INTO workbench_state VALUES (1, ?, 0)", [randomUUID()]);
  } finally {
    await session.row("SELECT RELEASE_LOCK(?) AS released", [lock]).catch(() => {});
  }
}

/** Writes that the tables are of this version: from then on they count as ours. */
export async function writeSchemaVersion(session: MysqlSession): Promise<void> {
  await session.run(VERSION_TABLE);
  await session.run("INSERT IGNORE INTO workbench_schema VALUES (?)", [SCHEMA_VERSION]);
}

/** Version of the tables, or null when there are none of ours. */
export async function schemaVersion(session: MysqlSession): Promise<number | null> {
  const there = await session.row<{ n: number }>(
    "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'workbench_schema'",
  );
  if (!there?.n) return null;
  const found = await session.row<{ version: number | null }>("SELECT MAX(version) AS version FROM workbench_schema");
  return found?.version ?? null;
}
