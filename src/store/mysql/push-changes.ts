import { randomUUID } from "node:crypto";
import { faultCode } from "../../core/fault.js";
import { type Database, type NewRows, name } from "../database.js";
import { RECORD_TABLES } from "../log-columns.js";
import { type BulkWay, bulkWay, bulkWrite, type RowsToWrite } from "./bulk-write.js";
import { type CatalogTable, readCatalog } from "./cache-catalog.js";
import type { MysqlServer, MysqlSession } from "./mysql-server.js";
import { quoted } from "./mysql-server.js";
import { dropOtherColumns, ensureTable } from "./mysql-tables.js";
import {
  type Before,
  changedPartitions,
  inPartitions,
  partitionColumns,
  partitionName,
  partitionValues,
} from "./partitions.js";
import { type CacheState, cacheState, serverState, setCacheState } from "./pull-changes.js";

/** Another session changed what this one changes, too: the work is to be done again on the new state. */
export class WriteConflict extends Error {}

/** What a transaction changed in one table. */
interface Change {
  table: string;
  /** The table as it is now; undefined when it was dropped. */
  now: CatalogTable | undefined;
  /** Partitions that are to be deleted in MySQL, and partitions to be written. */
  gone: string[];
  /** Part → number of its rows. */
  written: Map<string, number>;
}

/**
 * Writes what a transaction changed into MySQL, in one transaction there, before the one in the DuckDB file is committed:
 * after a crash the file is behind MySQL, never ahead, and the next pull mends it.
 *
 * @param before what the tables that were written to held before that
 * @param ahead what was begun of it
 * @throws WriteConflict when another session changed one of the same partitions since the last pull
 */
export async function pushChanges(
  db: Database,
  server: MysqlServer,
  before: ReadonlyMap<string, Before>,
  ahead?: PushAhead,
): Promise<void> {
  const changes: Change[] = [];
  for (const [table, then] of before) {
    const { gone, written } = await changedPartitions(db, table, then);
    if (!gone.length && !written.size) continue;
    changes.push({ table, now: (await readCatalog(db, table))[0], gone, written });
  }
  if (!changes.length) return;

  const cached = await cacheState(db);
  if (!cached) throw new WriteConflict("the copy is empty");
  await server.session(async (session) => {
    for (const { now } of changes) if (now) await ensureTable(session, now);
    if (changes.some(({ table }) => table === "measures")) await ensureRecordTables(db, session);
  });
  const revision = await (ahead ? ahead.finish(changes) : send(db, server, cached, Promise.resolve(changes)));
  for (const { table, now } of changes) {
    // columns too many do no harm, so a fault here is none
    if (now && !partitionColumns(table).length) {
      await server.session((session) => dropOtherColumns(session, now)).catch(() => {});
    }
  }
  // changes of others that lie between are still to be pulled
  if (revision.base === cached.revision) await setCacheState(db, { ...cached, revision: revision.revision });
}

/** Gives the tables of records in MySQL the columns that they have here. */
async function ensureRecordTables(db: Database, session: MysqlSession): Promise<void> {
  for (const table of RECORD_TABLES) {
    const [now] = await readCatalog(db, table);
    if (now) await ensureTable(session, now);
  }
}

/** A push that has begun with the rows of a batch, while the transaction in the DuckDB file continues. */
export interface PushAhead {
  /** Goes on with what the transaction changed, to the end. */
  finish(changes: Change[]): Promise<Pushed>;
  /** Gives it up; nothing is left of it in MySQL. */
  abandon(error: unknown): Promise<void>;
}

/** Begins a push; comes back when DuckDB has read the rows, and the server is still busy with them. */
export async function pushAhead(db: Database, server: MysqlServer, rows: NewRows): Promise<PushAhead> {
  const { table, query } = rows;
  const [catalog] = await readCatalog(db, table);
  const cached = await cacheState(db);
  if (!catalog || !cached) throw new WriteConflict("the copy is empty");
  const columns = catalog.columns.filter((column) => rows.columns.includes(column.name));
  // a change of a table would end the transaction that begins now
  await server.session((session) => ensureTable(session, catalog));
  let finish: (changes: Change[]) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const changes = new Promise<Change[]>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const part = partitionName(rows.batchId);
  const first: FirstRows = { table, columns, from: `FROM (${query})`, part, isRead: false };
  const read = new Promise<void>((resolve) => {
    first.onRead = () => {
      first.isRead = true;
      resolve();
    };
  });
  const pushed = send(db, server, cached, changes, first);
  changes.catch(() => {}); // reported to whoever began the transaction
  await Promise.race([read, pushed]);
  return {
    finish: (all) => {
      finish(all);
      return pushed;
    },
    abandon: async (error) => {
      fail(error);
      await pushed.catch(() => {});
    },
  };
}

/** Numbers of the change that a push became, and of the one before it; -1 where that is not known. */
interface Pushed {
  base: number;
  revision: number;
}

/** Rows that are sent before it is known what else has changed. */
type FirstRows = RowsToWrite & { part: string; isRead: boolean };

function send(
  db: Database,
  server: MysqlServer,
  cached: CacheState,
  changes: Promise<Change[]>,
  first?: FirstRows,
): Promise<Pushed> {
  const token = randomUUID();
  return server.transaction(
    async (session) => {
      const state = await serverState(session, "FOR UPDATE");
      const way = await bulkWay(session);
      if (first) {
        // numbers of batches and rows are taken from the copy
        if (!isSame(state, cached)) throw new WriteConflict("another session changed the ledger");
        // done again after the server was lost: DuckDB must not have other work in between
        if (first.isRead) await changes;
        await writeRows(db, session, first, way);
      }
      const all = await changes;
      await refuseConflicts(session, all, cached, state);
      for (const change of all) await deletePartitions(session, change);
      for (const change of all)
        await writePartitions(db, session, change, { way, revision: state.revision + 1, token, first });
      await session.run("UPDATE workbench_state SET revision = ? WHERE id = 1", [state.revision + 1]);
      return { base: state.revision, revision: state.revision + 1 };
    },
    {
      committed: async (session) => {
        const found = await session.row<{ revision: number }>(
          "SELECT MAX(revision) AS revision FROM workbench_parts WHERE token = ?",
          [token],
        );
        return found?.revision ? { base: -1, revision: Number(found.revision) } : undefined;
      },
    },
  );
}

const isSame = (a: CacheState, b: CacheState) => a.store_id === b.store_id && a.revision === b.revision;

async function refuseConflicts(
  session: MysqlSession,
  changes: readonly Change[],
  cached: CacheState,
  state: CacheState,
): Promise<void> {
  if (isSame(state, cached)) return;
  if (state.store_id !== cached.store_id || state.revision < cached.revision)
    throw new WriteConflict("another database");
  const others = await session.rows<{ table_name: string; part: string }>(
    "SELECT table_name, part FROM workbench_parts WHERE revision > ?",
    [cached.revision],
  );
  const ours = new Set(
    changes.flatMap(({ table, gone, written }) => [...gone, ...written.keys()].map((part) => `${table} ${part}`)),
  );
  const ledger =
    changes.some(({ table }) => table === "batches") && others.some((other) => other.table_name === "batches");
  if (ledger || others.some(({ table_name, part }) => ours.has(`${table_name} ${part}`))) {
    throw new WriteConflict("another session changed the same rows");
  }
}

async function deletePartitions(session: MysqlSession, { table, gone }: Change): Promise<void> {
  if (!gone.length) return;
  const columns = partitionColumns(table);
  if (!columns.length) {
    await session.run(`DELETE FROM ${quoted(table)}`);
    return;
  }
  const lists = gone.map(partitionValues);
  const where = columns.length === 1 ? quoted(columns[0]) : `(${columns.map(quoted).join(", ")})`;
  await session.run(`DELETE FROM ${quoted(table)} WHERE ${where} IN (?)`, [
    columns.length === 1 ? lists.map(([value]) => value) : lists,
  ]);
}

async function writePartitions(
  db: Database,
  session: MysqlSession,
  { table, now, gone, written }: Change,
  { way, revision, token, first }: { way: BulkWay; revision: number; token: string; first: FirstRows | undefined },
): Promise<void> {
  const partitions = [...written.keys()].filter((part) => table !== first?.table || part !== first.part);
  if (now && partitions.length) {
    const from = `FROM main.${name(table)} WHERE ${inPartitions(table, partitions)}`;
    const rows = partitions.reduce((sum, part) => sum + (written.get(part) ?? 0), 0);
    await writeRows(db, session, { table, columns: now.columns, from }, rows < FEW ? "multi-row INSERT" : way);
  }
  const definition = now && !partitionColumns(table).length ? now.definition : null;
  const records = [...new Set([...gone, ...written.keys()])].map((part) => [
    table,
    part,
    revision,
    written.get(part) ?? -1,
    definition,
    token,
  ]);
  await session.run(
    "INSERT INTO workbench_parts (table_name, part, revision, row_count, definition, token) VALUES ? ON DUPLICATE KEY UPDATE revision = VALUES(revision), row_count = VALUES(row_count), definition = VALUES(definition), token = VALUES(token)",
    [records],
  );
}

/** Rows for which a statement takes less time than to open a pipe. */
const FEW = 1000;

async function writeRows(db: Database, session: MysqlSession, rows: RowsToWrite, way: BulkWay): Promise<void> {
  await bulkWrite(db, session, rows, way).catch((error: unknown) => {
    if (faultCode(error) === "ER_DUP_ENTRY") throw new WriteConflict(String(error));
    throw error;
  });
}
