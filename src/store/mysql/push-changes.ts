import { randomUUID } from "node:crypto";
import { type Database, name } from "../database.js";
import { bulkWay, bulkWrite } from "./bulk-write.js";
import { type CatalogTable, readCatalog } from "./cache-catalog.js";
import type { MysqlServer, MysqlSession } from "./mysql-server.js";
import { quoted } from "./mysql-server.js";
import { dropOtherColumns, ensureTable } from "./mysql-tables.js";
import { type Before, changedParts, inParts, partColumns, partValues } from "./parts.js";
import { cacheState, serverState, setCacheState } from "./pull-changes.js";

/** Another session changed what this one changes, too: the work is to be done again on the new state. */
export class WriteConflict extends Error {}

/** What a transaction changed in one table. */
interface Change {
  table: string;
  /** The table as it is now; undefined when it was dropped. */
  now: CatalogTable | undefined;
  /** Parts that are to be deleted in MySQL, and parts to be written. */
  gone: string[];
  /** Part → number of its rows. */
  written: Map<string, number>;
}

/**
 * Writes what a transaction changed into MySQL, in one transaction there, before the one in the DuckDB file is committed:
 * after a crash the file is behind MySQL, never ahead, and the next pull mends it.
 *
 * @param before what the tables that were written to held before that
 * @throws WriteConflict when another session changed one of the same parts since the last pull
 */
export async function pushChanges(
  db: Database,
  server: MysqlServer,
  before: ReadonlyMap<string, Before>,
): Promise<void> {
  const changes: Change[] = [];
  for (const [table, then] of before) {
    const { gone, written } = await changedParts(db, table, then);
    if (!gone.length && !written.size) continue;
    changes.push({ table, now: (await readCatalog(db, table))[0], gone, written });
  }
  if (!changes.length) return;

  const cached = await cacheState(db);
  if (!cached) throw new WriteConflict("the copy is empty");
  await server.session(async (session) => {
    for (const { now } of changes) if (now) await ensureTable(session, now);
  });
  const token = randomUUID();
  const revision = await server.transaction(
    async (session) => {
      const state = await serverState(session, "FOR UPDATE");
      await refuseConflicts(session, changes, cached, state);
      const way = await bulkWay(session);
      for (const change of changes) await deleteParts(session, change);
      for (const change of changes) await writeParts(db, session, change, way, state.revision + 1, token);
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
  for (const { table, now } of changes) {
    // columns too many do no harm, so a fault here is none
    if (now && !partColumns(table).length) {
      await server.session((session) => dropOtherColumns(session, now)).catch(() => {});
    }
  }
  // changes of others that lie between are still to be pulled
  if (revision.base === cached.revision) await setCacheState(db, { ...cached, revision: revision.revision });
}

async function refuseConflicts(
  session: MysqlSession,
  changes: readonly Change[],
  cached: { store_id: string; revision: number },
  state: { store_id: string; revision: number },
): Promise<void> {
  if (state.store_id === cached.store_id && state.revision === cached.revision) return;
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

async function deleteParts(session: MysqlSession, { table, gone }: Change): Promise<void> {
  if (!gone.length) return;
  const columns = partColumns(table);
  if (!columns.length) {
    await session.run(`DELETE FROM ${quoted(table)}`);
    return;
  }
  const lists = gone.map(partValues);
  const where = columns.length === 1 ? quoted(columns[0] as string) : `(${columns.map(quoted).join(", ")})`;
  await session.run(`DELETE FROM ${quoted(table)} WHERE ${where} IN (?)`, [
    (columns.length === 1 ? lists.map(([value]) => value) : lists) as string[],
  ]);
}

/** Rows for which a statement takes less time than to open a pipe. */
const FEW = 1000;

async function writeParts(
  db: Database,
  session: MysqlSession,
  { table, now, gone, written }: Change,
  way: Awaited<ReturnType<typeof bulkWay>>,
  revision: number,
  token: string,
): Promise<void> {
  if (now && written.size) {
    const from = `FROM main.${name(table)} WHERE ${inParts(table, [...written.keys()])}`;
    const rows = [...written.values()].reduce((sum, count) => sum + count, 0);
    await bulkWrite(db, session, { table, columns: now.columns, from }, rows < FEW ? "multi-row INSERT" : way).catch(
      (error: unknown) => {
        if ((error as { code?: string }).code === "ER_DUP_ENTRY") throw new WriteConflict(String(error));
        throw error;
      },
    );
  }
  const definition = now && !partColumns(table).length ? now.definition : null;
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
    [records as unknown as (string | number)[]],
  );
}
