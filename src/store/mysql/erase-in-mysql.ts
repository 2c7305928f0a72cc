import { randomUUID } from "node:crypto";
import { type Database, name, type SqlValue, text } from "../database.js";
import type { ErasedRows } from "../erase/erase-rows.js";
import type { Erasure } from "../erase/erasure.js";
import { type MysqlServer, type MysqlSession, type MysqlValue, quoted } from "./mysql-server.js";
import { partitionSql, partitionValues } from "./partitions.js";
import { cacheState, serverState, setCacheState } from "./pull-changes.js";
import { WriteConflict } from "./push-changes.js";

/** Subscribers, days and keys in one statement. */
const SUBSCRIBERS = 500;
const DAYS = 50;
const KEYS = 1000;

/**
 * Takes the same rows out of MySQL that the transaction in the copy took out, in one transaction there, and marks what changed for other
 * copies. To be called before the one in the copy is committed, as `pushChanges`: after a crash the copy is behind, never ahead.
 *
 * Rows are found by their keys, day by day, so that a table of ten million is not read whole.
 *
 * @throws WriteConflict when another session changed the database since the last pull
 */
export async function eraseInMysql(
  db: Database,
  server: MysqlServer,
  erasure: Erasure,
  found: ErasedRows,
): Promise<void> {
  const cached = await cacheState(db);
  if (!cached) throw new WriteConflict("the copy is empty");
  const records = await partsNow(db, found);
  const list = found.days.map(text).join(", ");
  const summary = await db.rows(
    `SELECT * REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM DailySummary WHERE CAST("Date" AS VARCHAR) IN (${list || "''"})`,
  );
  const plans = await db.rows<{ plan_hash: string; snapshots: number }>(
    "SELECT plan_hash, snapshots FROM feature_plans WHERE is_current",
  );
  const token = randomUUID();
  const revision = await server.transaction(
    async (session) => {
      const state = await serverState(session, "FOR UPDATE");
      if (state.store_id !== cached.store_id || state.revision !== cached.revision) {
        throw new WriteConflict("another session changed the database");
      }
      const next = state.revision + 1;
      for (const each of erasure.rows) {
        const parts = [...(found.gone.get(each.table)?.keys() ?? [])];
        if (parts.length) await deleteRows(session, { table: each.table, parts }, erasure, found);
      }
      await writeLedger(session, found);
      await writeSummary(session, found.days, summary);
      for (const { plan_hash, snapshots } of plans) {
        await session.run("UPDATE feature_plans SET snapshots = ? WHERE plan_hash = ?", [snapshots, plan_hash]);
      }
      for (const part of chunks(found.hashes, KEYS)) {
        await session.run("INSERT IGNORE INTO forgotten (hash, salt, forgotten_at) VALUES ?", [
          part.map((hash) => [hash, found.salt, new Date().toISOString().slice(0, 19).replace("T", " ")]),
        ]);
      }
      for (const part of chunks(records, KEYS)) {
        await session.run(
          "INSERT INTO workbench_parts (table_name, part, revision, row_count, token) VALUES ? ON DUPLICATE KEY UPDATE revision = VALUES(revision), row_count = VALUES(row_count), token = VALUES(token)",
          [part.map(([table, name, rows]) => [table, name, next, rows, token])],
        );
      }
      await session.run("UPDATE workbench_state SET revision = ? WHERE id = 1", [next]);
      return next;
    },
    {
      committed: async (session) => {
        const mine = await session.row<{ revision: number | null }>(
          "SELECT MAX(revision) AS revision FROM workbench_parts WHERE token = ?",
          [token],
        );
        return mine?.revision ? Number(mine.revision) : undefined;
      },
    },
  );
  await setCacheState(db, { ...cached, revision });
}

/** The partitions that changed, with the rows that they have now; −1 for one that is gone. */
async function partsNow(db: Database, found: ErasedRows): Promise<[table: string, part: string, rows: number][]> {
  const parts: [string, string, number][] = [];
  for (const [table, gone] of found.gone) {
    if (gone.size === 0) continue;
    const now = await db.rows<{ part: string; n: number }>(
      `SELECT ${partitionSql(table)} AS part, count(*) AS n FROM main.${name(table)} GROUP BY part`,
    );
    const rows = new Map(now.map(({ part, n }) => [part, n]));
    // a table that is one partition stays, with no rows
    for (const part of gone.keys()) parts.push([table, part, rows.get(part) ?? (part === "[]" ? 0 : -1)]);
  }
  const batches = found.gone.get("DP_CDR_Data")?.keys() ?? [];
  for (const part of batches) parts.push(["batches", part, 1]);
  const texts = new Set(found.rejects.map(({ batch_id }) => batch_id));
  for (const batch of texts) {
    const { n } = await db.oneRow<{ n: number }>(`SELECT count(*) AS n FROM rejects WHERE batch_id = ${batch}`);
    parts.push(["rejects", JSON.stringify([String(batch)]), n]);
  }
  for (const table of ["DailySummary", "erased_rows", "forgotten", "feature_plans"]) {
    const { n } = await db.oneRow<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
    parts.push([table, "[]", n]);
  }
  return parts;
}

async function deleteRows(
  session: MysqlSession,
  { table, parts }: { table: string; parts: readonly string[] },
  { subscribers, from }: Erasure,
  { days }: ErasedRows,
): Promise<void> {
  const column = ["Processed_Data", "model_predictions", "campaign_members"].includes(table) ? "User" : "DP_MSISDN";
  const byDay = table === "DP_CDR_Data" || table === "added_records";
  const run = (where: string, values: MysqlValue[]) =>
    session.run(`DELETE FROM ${quoted(table)} WHERE ${where}`, values);
  if (from === null) {
    for (const ids of chunks(subscribers, SUBSCRIBERS)) {
      if (!byDay) await run(`${quoted(column)} IN (?)`, [ids]);
      else for (const part of chunks(days, DAYS)) await run("DP_DATE IN (?) AND DP_MSISDN IN (?)", [part, ids]);
    }
  } else if (byDay) {
    // a day at a time: a statement may take so long and no longer
    for (const day of days) await run("DP_DATE = ?", [day]);
  } else if (table === "record_ids") {
    for (const part of parts) await run("batch_id = ? AND day < ?", [partitionValues(part)[0], from]);
  } else if (table === "subscriber_attributes") {
    await session.run(
      `DELETE a FROM ${quoted(table)} a JOIN (SELECT DP_MSISDN, MAX(valid_from) AS valid_from FROM ${quoted(table)} WHERE valid_from <= ? GROUP BY DP_MSISDN) l
       ON l.DP_MSISDN = a.DP_MSISDN AND a.valid_from < l.valid_from`,
      [from],
    );
  } else await run(`${quoted(OLD[table] ?? "Date")} < ?`, [from]);
}

/** Columns of the day by which tables are cut. */
const OLD: Record<string, string> = { leavers: "left_on", covered_days: "day" };

async function writeLedger(session: MysqlSession, { gone, rejects }: ErasedRows): Promise<void> {
  const erased = [...(gone.get("DP_CDR_Data") ?? [])].map(([part, n]) => [Number(partitionValues(part)[0]), n]);
  for (const [batch, n] of erased) {
    await session.run("UPDATE batches SET `rows` = `rows` - ? WHERE batch_id = ?", [n, batch]);
  }
  for (const part of chunks(erased, KEYS)) {
    await session.run(
      "INSERT INTO erased_rows (batch_id, erased) VALUES ? ON DUPLICATE KEY UPDATE erased = erased + VALUES(erased)",
      [part],
    );
  }
  const lines = new Map<number, number[]>();
  for (const { batch_id, line } of rejects) {
    const own = lines.get(batch_id);
    if (own) own.push(line);
    else lines.set(batch_id, [line]);
  }
  for (const [batch, all] of lines) {
    for (const part of chunks(all, KEYS)) {
      await session.run("UPDATE rejects SET raw = '' WHERE batch_id = ? AND line IN (?)", [batch, part]);
    }
  }
}

/** Writes the sums of days as the copy has them now. */
async function writeSummary(
  session: MysqlSession,
  days: readonly string[],
  rows: readonly Record<string, SqlValue>[],
): Promise<void> {
  for (const part of chunks(days, KEYS)) await session.run("DELETE FROM DailySummary WHERE `Date` IN (?)", [part]);
  const columns = Object.keys(rows[0] ?? {});
  for (const part of chunks(rows, KEYS)) {
    await session.run(`INSERT INTO DailySummary (${columns.map(quoted).join(", ")}) VALUES ?`, [
      part.map((row) => columns.map((column) => row[column])),
    ]);
  }
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
