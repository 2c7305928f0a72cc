import { ChurnError } from "../core/errors.js";
import type { Database } from "./database.js";
import { inMemory } from "./memory-database.js";
import { backupName, findLegacyTables, LEGACY_TABLES, readLegacyTables } from "./mysql/legacy-tables.js";
import { ensureMysqlTables, schemaVersion, writeSchemaVersion } from "./mysql/mysql-schema.js";
import type { MysqlServer, MysqlSession } from "./mysql/mysql-server.js";
import { quoted } from "./mysql/mysql-server.js";
import { CACHE_TABLE, serverState, setCacheState } from "./mysql/pull-changes.js";
import { pushChanges } from "./mysql/push-changes.js";
import type { Store } from "./open-store.js";
import { createTables, SCHEMA_VERSION } from "./schema.js";
import { isTooMany, shareOf } from "./too-many-rejects.js";

/** What a migration did, or would do. */
export interface MigrateResult {
  store: string;
  dryRun: boolean;
  /** Version of the tables before; null when they had none. */
  from: number | null;
  to: number;
  /** Rows of the untyped table; 0 when there was none. */
  lines: number;
  rows: number;
  rejected: number;
  rejects: { columnName: string | null; reason: string; rows: number; example: string }[];
  /** Tables that were, or would be, put aside under another name. */
  backups: { table: string; backup: string }[];
}

/**
 * Brings the tables to the version of this program.
 *
 * Records that are texts without keys are typed into tables of ours: each row becomes a typed row or is set aside in `rejects` with
 * its reason, and the tables as they were are kept under another name. A migration that was stopped continues when it is called again.
 *
 * @param options.dryRun only says what would become of the rows
 * @param options.maxRejects share of the rows that may be set aside, 0.1 where it is left out
 * @throws ChurnError BAD_INPUT when more would be: nothing is changed then
 */
export async function migrateStore(
  store: Store,
  options: { dryRun?: boolean; maxRejects?: number } = {},
): Promise<MigrateResult> {
  const { mirror } = store;
  const dryRun = options.dryRun ?? false;
  const nothing = { lines: 0, rows: 0, rejected: 0, rejects: [], backups: [], dryRun, to: SCHEMA_VERSION };
  if (!mirror) {
    // opening the file brings it up to date
    await store.lease(async () => {});
    return { ...nothing, store: store.path, from: SCHEMA_VERSION };
  }
  await store.mustExist();
  const { server } = mirror;
  const found = await server.session(async (session) => ({
    version: await schemaVersion(session),
    legacy: await findLegacyTables(session),
  }));
  if (found.version !== null || !found.legacy) {
    if (!dryRun) await mirror.ready();
    return { ...nothing, store: server.place, from: found.version };
  }
  const plan = await inMemory(async (db) => {
    await createTables(db);
    await db.run(CACHE_TABLE);
    await readSource(db, server);
    if (!dryRun) await judge(db, server.place, options.maxRejects ?? 0.1);
    const backups = await server.session((session) => (dryRun ? tablesToPutAside(session) : putAside(session)));
    // once more where rows came in before the tables were put aside
    if (!dryRun) await readSource(db, server);
    const counts = await db.oneRow<{ lines: number; rows: number; rejected: number }>(
      "SELECT lines, rows, rejected FROM batches",
    );
    const rejects = await db.rows<MigrateResult["rejects"][number]>(
      `SELECT column_name AS columnName, regexp_replace(reason, 'row \\d+', 'row …') AS reason, count(*) AS rows, arg_min(raw, line) AS example
       FROM rejects GROUP BY ALL ORDER BY rows DESC`,
    );
    if (!dryRun) {
      await server.session((session) => ensureMysqlTables(session));
      const done = await server.session(async (session) => ({
        state: await serverState(session),
        ledger: await session.row("SELECT 1 FROM batches WHERE source = 'mysql:DP_CDR_Data'"),
      }));
      if (!done.ledger) {
        await setCacheState(db, done.state);
        const tables = ["DP_CDR_Data", "rejects", "batches", "DailySummary"];
        await pushChanges(db, server, new Map(tables.map((table) => [table, { rows: new Map<string, string>() }])));
      }
      await finish(server);
    }
    return { ...counts, rejects, backups };
  });
  return { ...nothing, ...plan, store: server.place, from: null };
}

async function readSource(db: Database, server: MysqlServer): Promise<void> {
  await server.session(async (session) => {
    const source = await findLegacyTables(session);
    if (!source) throw new ChurnError("STORE_DAMAGED", `${server.place}: the untyped table has gone`);
    await readLegacyTables(db, session, source);
  });
}

/** Refuses a table of which too many rows would be set aside. */
async function judge(db: Database, place: string, maxRejects: number): Promise<void> {
  const counts = await db.row<{ rows: number; good: number; rejected: number }>(
    "SELECT lines - blank AS rows, rows AS good, rejected FROM batches",
  );
  if (!counts || counts.rejected === 0 || (counts.good > 0 && !isTooMany(counts, maxRejects))) return;
  const { rows, rejected } = counts;
  const worst = await db.row<{ column_name: string | null; reason: string; raw: string }>(
    `SELECT column_name, reason, arg_min(raw, line) AS raw FROM (
       SELECT * REPLACE (regexp_replace(reason, 'row \\d+', 'row …') AS reason) FROM rejects) GROUP BY ALL ORDER BY count(*) DESC LIMIT 1`,
  );
  throw new ChurnError(
    "BAD_INPUT",
    `${place}: ${shareOf(rejected, rows)} would be set aside, and nothing is changed; most often ${worst?.column_name ?? "the row"}: ${worst?.reason}, as in ${JSON.stringify(worst?.raw.slice(0, 120))}`,
    { hint: "churn store migrate --dry-run has all reasons; --load.max-rejects 1 types the rest" },
  );
}

/** The last step: from now on the tables count as ours. */
async function finish(server: MysqlServer): Promise<void> {
  await server.session((session) => writeSchemaVersion(session));
}

async function tablesToPutAside(session: MysqlSession): Promise<MigrateResult["backups"]> {
  const found = await session.rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)",
    [[...LEGACY_TABLES]],
  );
  return found.map(({ name }) => ({ table: name, backup: backupName(name) }));
}

/** Renames the untyped tables, all of them at once; does nothing when that is done already. */
async function putAside(session: MysqlSession): Promise<MigrateResult["backups"]> {
  const legacy = await findLegacyTables(session);
  if (legacy?.migrating) return LEGACY_TABLES.slice(0, 1).map((table) => ({ table, backup: backupName(table) }));
  const backups = await tablesToPutAside(session);
  const list = backups.map(({ table, backup }) => `${quoted(table)} TO ${quoted(backup)}`);
  await session.run(`RENAME TABLE ${list.join(", ")}`);
  return backups;
}
