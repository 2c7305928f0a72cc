import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, name } from "../database.js";
import { addMeasureColumns } from "../log-columns.js";
import { emptyTables } from "../schema.js";
import { type CatalogColumn, readCatalog } from "./cache-catalog.js";
import { csvSource, fetchRows } from "./fetch-rows.js";
import { mysqlLogColumns } from "./mysql-log-columns.js";
import type { MysqlServer, MysqlSession } from "./mysql-server.js";
import { quoted } from "./mysql-server.js";
import { inPartitions, partitionColumns, partitionSql, partitionValues } from "./partitions.js";

/** How far the copy in the DuckDB file is: which database, and the number of its last change that is here. */
export interface CacheState {
  store_id: string;
  revision: number;
}

export const CACHE_TABLE =
  "CREATE TABLE IF NOT EXISTS workbench_cache (store_id VARCHAR NOT NULL, revision BIGINT NOT NULL)";

/** How far the copy is; undefined when it holds nothing yet. */
export async function cacheState(db: Database): Promise<CacheState | undefined> {
  return db.row<CacheState>("SELECT store_id, revision FROM workbench_cache");
}

/** Writes how far the copy is; to be called in the transaction that brings it there. */
export async function setCacheState(db: Database, { store_id, revision }: CacheState): Promise<void> {
  await db.run("DELETE FROM workbench_cache");
  await db.run("INSERT INTO workbench_cache VALUES ($1, $2)", [store_id, revision]);
}

/**
 * The state of the database, with the number of its last change.
 *
 * @param lock `FOR UPDATE` keeps others from changing it until the transaction ends
 */
export async function serverState(session: MysqlSession, lock = ""): Promise<CacheState> {
  const found = await session.row<CacheState>(`SELECT store_id, revision FROM workbench_state WHERE id = 1 ${lock}`);
  if (!found) throw Object.assign(new Error("workbench_state is empty"), { code: "ER_NO_STATE", errno: 0 });
  return { store_id: found.store_id, revision: Number(found.revision) };
}

interface ChangedPartition {
  table_name: string;
  part: string;
  row_count: number;
  definition: string | null;
}

/** A table's changed rows, as a file. */
interface Fetched {
  table: string;
  columns: readonly CatalogColumn[];
  partitions: ChangedPartition[];
  path: string;
  rows: number;
}

/**
 * Brings the copy in the DuckDB file up to date with MySQL: the partitions that changed since, in one consistent view.
 *
 * The copy is marked as up to date in the same transaction as its last rows arrive, so a pull that was stopped is done again.
 */
export async function pullChanges(
  db: Database,
  server: MysqlServer,
  onFetch: (rows: number) => void = () => {},
): Promise<void> {
  let cached = await cacheState(db);
  const now = await server.session((session) => serverState(session));
  if (cached?.store_id === now.store_id && cached.revision === now.revision) return;
  if (cached && (cached.store_id !== now.store_id || cached.revision > now.revision)) {
    await db.transaction(async () => {
      await emptyTables(db);
      for (const table of ["forgotten", "workbench_cache"]) await db.run(`DELETE FROM ${table}`);
    });
    cached = undefined;
  }
  const since = cached?.revision ?? -1;
  const folder = await mkdtemp(join(tmpdir(), "churn-pull-"));
  try {
    const { state, fetched } = await server.session((session) => fetchChanges(db, session, since, folder, onFetch));
    await dropOldRows(db, fetched);
    await db.transaction(async () => {
      for (const each of fetched) await insertFetched(db, each);
      await setCacheState(db, state);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchChanges(
  db: Database,
  session: MysqlSession,
  since: number,
  folder: string,
  onFetch: (rows: number) => void,
): Promise<{ state: CacheState; fetched: Fetched[] }> {
  await session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  await session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  const state = await serverState(session);
  const partitions = await session.rows<ChangedPartition>(
    "SELECT table_name, part, row_count, definition FROM workbench_parts WHERE revision > ?",
    [since],
  );
  for (const part of partitions) part.row_count = Number(part.row_count);
  const coming = partitions.reduce((sum, { row_count }) => sum + Math.max(0, row_count), 0);
  if (coming > 0) onFetch(coming);
  if (partitions.some((part) => part.table_name === "measures")) {
    await addMeasureColumns(db, await mysqlLogColumns(session));
  }
  const fetched: Fetched[] = [];
  for (const table of new Set(partitions.map(({ table_name }) => table_name))) {
    const own = partitions.filter((part) => part.table_name === table);
    const definition = own.find((part) => part.definition)?.definition;
    if (definition && partitionColumns(table).length === 0) {
      await db.run(`DROP TABLE IF EXISTS ${name(table)}`);
      await db.run(definition);
    }
    const columns = (await readCatalog(db, table))[0]?.columns;
    const path = join(folder, `${fetched.length}.csv`);
    const full = own.filter((part) => part.row_count > 0);
    const rows =
      columns && full.length
        ? await fetchPartitions(session, { table, columns, partitions: full, all: since < 0 }, path)
        : 0;
    fetched.push({ table, columns: columns ?? [], partitions: own, path, rows });
  }
  await session.run("COMMIT");
  return { state, fetched };
}

async function fetchPartitions(
  session: MysqlSession,
  {
    table,
    columns,
    partitions,
    all,
  }: { table: string; columns: readonly CatalogColumn[]; partitions: ChangedPartition[]; all: boolean },
  path: string,
): Promise<number> {
  const keys = partitionColumns(table);
  if (all || keys.length === 0) return fetchRows(session, { table, columns }, path);
  const lists = partitions.map(({ part }) => partitionValues(part));
  const where = keys.length === 1 ? `${quoted(keys[0])} IN (?)` : `(${keys.map(quoted).join(", ")}) IN (?)`;
  const values: unknown[] = [keys.length === 1 ? lists.map(([value]) => value) : lists];
  if (table === "DP_CDR_Data") {
    // the rows lie in the order of the days, so the days of the batches are all that has to be looked at
    const span = await session.row<{ first: string | null; last: string | null }>(
      "SELECT MIN(first_day) AS first, MAX(last_day) AS last FROM batches WHERE batch_id IN (?)",
      [lists.map(([value]) => value)],
    );
    if (span?.first && span.last) {
      return fetchRows(
        session,
        { table, columns, where: `DP_DATE BETWEEN ? AND ? AND ${where}`, values: [span.first, span.last, ...values] },
        path,
      );
    }
  }
  return fetchRows(session, { table, columns, where, values }, path);
}

/** Takes out the rows that partitions had before; on its own, since a key deleted in a transaction cannot come back in the same one. */
async function dropOldRows(db: Database, fetched: readonly Fetched[]): Promise<void> {
  await db.transaction(async () => {
    for (const { table, columns, partitions } of fetched) {
      if (!columns.length) continue;
      if (partitionColumns(table).length === 0) {
        if (partitions.every((part) => part.row_count < 0 && !part.definition))
          await db.run(`DROP TABLE ${name(table)}`);
        else await db.run(`DELETE FROM ${name(table)}`);
        continue;
      }
      const there = new Set(
        (await db.rows<{ part: string }>(`SELECT DISTINCT ${partitionSql(table)} AS part FROM ${name(table)}`)).map(
          (row) => row.part,
        ),
      );
      const old = partitions.map(({ part }) => part).filter((part) => there.has(part));
      if (old.length) await db.run(`DELETE FROM ${name(table)} WHERE ${inPartitions(table, old)}`);
    }
  });
}

async function insertFetched(db: Database, { table, columns, path, rows }: Fetched): Promise<void> {
  if (!rows) return;
  const names = columns.map((column) => name(column.name)).join(", ");
  await db.run(`INSERT INTO ${name(table)} (${names}) SELECT ${names} FROM ${csvSource(path, columns)}`);
}
