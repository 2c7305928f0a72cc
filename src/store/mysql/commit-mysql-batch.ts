import { randomUUID } from "node:crypto";
import { cellsOf } from "../../cdr/columns.js";
import { dateOf } from "../../core/days.js";
import { ChurnError } from "../../core/errors.js";
import { faultCode } from "../../core/fault.js";
import { columnAs } from "../columns-as.js";
import {
  findSpan,
  type LedgerEntry,
  readBatchColumns,
  sameBatch,
  sourceLines,
  withoutForgotten,
} from "../commit-batch.js";
import { SUMMARY_COLUMNS, SUMMED, sumsByDay } from "../daily-summary.js";
import { forgottenOf, READ_FORGOTTEN } from "../erase/forgotten.js";
import type { LogColumn } from "../log-columns.js";
import { inMemory } from "../memory-database.js";
import type { BatchRows, CommittedBatch, LateLabels, NewBatch, RejectedRow } from "../new-batch.js";
import type { Columns } from "../read-columns.js";
import { inGroups, insertInStatements, lengthOfText } from "./in-statements.js";
import { mysqlLogColumns } from "./mysql-log-columns.js";
import type { MysqlMirror } from "./mysql-mirror.js";
import type { MysqlSession } from "./mysql-server.js";
import { quoted } from "./mysql-server.js";
import { partitionName } from "./partitions.js";
import { serverState } from "./pull-changes.js";
import type { ChangedRows, RowsOfBatch, RowsOfBatches } from "./rows-of-batch.js";
import { settleKnownRows } from "./settle-known-rows.js";
import { valuesSql } from "./values-sql.js";

/**
 * Writes a batch of rows straight into MySQL, with its row in the ledger, in one transaction; the copy gets it by its next pull.
 *
 * The key of the ledger decides what became of a commit whose answer was lost: a batch that is there is not written again.
 *
 * @throws ChurnError CONFLICT when the ledger has the key with other content
 */
export async function commitMysqlBatch(
  mirror: MysqlMirror,
  given: NewBatch,
  signal: AbortSignal | undefined,
): Promise<CommittedBatch> {
  await mirror.ready();
  const { rows } = given;
  const all = "columns" in rows ? rows.columns : await columnsOfFile(mirror, rows);
  sourceLines(all);
  const token = randomUUID();
  return mirror.server.transaction(
    async (session) => {
      const state = await serverState(session, "FOR UPDATE");
      const before = await ledgerEntry(session, given);
      // a commit that was given up may have come to its end meanwhile
      if (before) return { ...sameBatch(given, before), written: await isMine(session, token) };
      const record = await mysqlLogColumns(session);
      const next = await session.row<{ batch: number; id: number; forgotten: number }>(
        `SELECT (SELECT COALESCE(MAX(batch_id), 0) + 1 FROM batches) AS batch, (SELECT COALESCE(MAX(id), 0) + 1 FROM DP_CDR_Data) AS id,
           (SELECT COUNT(*) FROM forgotten) AS forgotten`,
      );
      const batchId = Number(next?.batch);
      const forgotten = next?.forgotten ? forgottenOf(await session.rows(READ_FORGOTTEN)) : undefined;
      const { columns, rejects } = withoutForgotten(given, all, forgotten);
      const batch = { ...given, rejects };
      const lines = sourceLines(columns);
      let written: RowsOfBatch = { batchId, columns, counts: countsOf(columns, rejects), rejects };
      try {
        await insertRows(session, written, record);
      } catch (error) {
        if (faultCode(error) !== "ER_DUP_ENTRY") throw error;
        // the statement left nothing behind
        written = await settleKnownRows(session, batch, { columns, lines, batchId, rowId: Number(next?.id) }, record);
        await insertRows(session, written, record);
      }
      await writeLedger(session, batch, written);
      if (batch.labels?.day.length) await writeLabels(session, batch.labels, state.revision + 1, token);
      await addToSummary(session, written);
      if (written.changed) await writeChanged(session, written.changed, record, [state.revision + 1, token]);
      await markPartitions(session, written, state.revision + 1, token);
      return { batchId, ...written.counts, written: true };
    },
    {
      signal,
      committed: async (session) => {
        const entry = (await isMine(session, token)) ? await ledgerEntry(session, given) : undefined;
        if (!entry) return undefined;
        const { content: _content, ...found } = entry;
        return { ...found, written: true };
      },
    },
  );
}

/** What becomes of the rows of a batch whose keys are all new. */
function countsOf(columns: Columns, rejects: readonly RejectedRow[]): RowsOfBatch["counts"] {
  const lines = sourceLines(columns);
  const [first, last] = findSpan(columnAs(columns, "DP_DATE", Int32Array));
  return {
    lines: lines + rejects.length,
    rows: lines,
    rejected: rejects.length,
    merged: 0,
    storedBefore: 0,
    firstDay: first,
    lastDay: last,
  };
}

/** The rows of a file that the record of the database has columns for. */
async function columnsOfFile(mirror: MysqlMirror, rows: BatchRows): Promise<Columns> {
  const record = await mirror.server.session(mysqlLogColumns);
  const names = record.map(({ name }) => name);
  return inMemory((db) => readBatchColumns(db, rows, names));
}

/** Whether the transaction that writes this token is in the database. */
async function isMine(session: MysqlSession, token: string): Promise<boolean> {
  return (await session.row("SELECT 1 FROM workbench_parts WHERE token = ? LIMIT 1", [token])) !== undefined;
}

async function ledgerEntry(session: MysqlSession, batch: NewBatch): Promise<LedgerEntry | undefined> {
  const found = await session.row<LedgerEntry>(
    `SELECT batch_id AS batchId, \`lines\`, \`rows\`, rejected, merged, stored_before AS storedBefore, first_day AS firstDay,
       last_day AS lastDay, sha256 AS content FROM batches
     WHERE kind = ? AND name = ? AND number = ?`,
    [batch.kind, batch.name, batch.number],
  );
  return found;
}

async function insertRows(
  session: MysqlSession,
  { batchId, columns }: RowsOfBatch,
  record: readonly LogColumn[],
): Promise<void> {
  const ours = record.filter(({ name }) => columns[name]);
  const names = [...ours.map(({ name }) => quoted(name)), "batch_id"].join(", ");
  const rows = valuesSql(session, { columns, ours, batch: batchId }, columns.DP_DATE?.length ?? 0);
  await insertInStatements(session, `INSERT INTO DP_CDR_Data (${names}) VALUES`, rows);
}

async function writeLedger(session: MysqlSession, batch: NewBatch, written: RowsOfBatch): Promise<void> {
  const { kind, name, number, source, content, notes = {} } = batch;
  if (name.length > 255)
    throw new ChurnError("BAD_INPUT", `the name of a batch has ${name.length} characters; 255 fit`);
  const { batchId, counts, rejects } = written;
  const { lines, rows, rejected, merged, storedBefore, firstDay, lastDay } = counts;
  await session.run(
    `INSERT INTO batches (batch_id, kind, name, number, source, sha256, options_hash, \`lines\`, blank, \`rows\`, rejected, merged,
       stored_before, held_back, first_day, last_day, notes, committed_at) VALUES (?)`,
    [
      [
        ...[batchId, kind, name, number, source, content, "", lines, 0, rows, rejected, merged, storedBefore, 0],
        ...[firstDay, lastDay, JSON.stringify(notes), new Date().toISOString().slice(0, 23).replace("T", " ")],
      ],
    ],
  );
  if (rejects.length) {
    const file = `${kind}:${name}`;
    const records = rejects.map(
      ({ line, columnName, reason, raw }) =>
        `(${session.connection.escape([batchId, file, line, columnName, reason, raw])})`,
    );
    await insertInStatements(
      session,
      "INSERT INTO rejects (batch_id, file, line, column_name, reason, raw) VALUES",
      records,
    );
  }
}

async function addToSummary(session: MysqlSession, { columns }: RowsOfBatch): Promise<void> {
  const sums = sumsByDay(columns, columns.DP_DATE?.length ?? 0);
  if (!sums.size) return;
  const records = [...sums].map(([day, sum]) => [
    dateOf(day),
    ...Array.from(sum, (value) => (Number.isNaN(value) ? null : value)),
  ]);
  const set = SUMMARY_COLUMNS.map((name) => `${name} = COALESCE(${name} + VALUES(${name}), ${name}, VALUES(${name}))`);
  await session.run(
    `INSERT INTO DailySummary (\`Date\`, ${SUMMARY_COLUMNS.join(", ")}) VALUES ? ON DUPLICATE KEY UPDATE ${set.join(", ")}`,
    [records],
  );
}

/** Writes rows of other batches as they are now, and what each batch brought to them. */
async function writeChanged(
  session: MysqlSession,
  { rows, added }: ChangedRows,
  record: readonly LogColumn[],
  [revision, token]: [number, string],
): Promise<void> {
  await writeOver(session, "DP_CDR_Data", rows, record);
  await writeOver(session, "added_records", added, record);
  const owners = [...new Set(Array.from(rows.batchIds))];
  if (owners.length) {
    await session.run(
      "UPDATE workbench_parts SET revision = ?, token = ? WHERE table_name = 'DP_CDR_Data' AND part IN (?)",
      [revision, token, owners.map((owner) => partitionName(owner))],
    );
    const days = [...new Set(Array.from(columnAs(rows.columns, "DP_DATE", Int32Array), dateOf))];
    await session.run(
      `REPLACE INTO DailySummary (\`Date\`, ${SUMMARY_COLUMNS.join(", ")})
       SELECT DP_DATE, ${SUMMED.map((name) => `SUM(${name})`).join(", ")} FROM DP_CDR_Data WHERE DP_DATE IN (?) GROUP BY DP_DATE`,
      [days],
    );
    await markPartition(session, ["DailySummary", "[]", revision, 1, token]);
  }
  for (const batch of new Set(Array.from(added.batchIds))) {
    const found = await session.row<{ n: number }>("SELECT COUNT(*) AS n FROM added_records WHERE batch_id = ?", [
      batch,
    ]);
    await markPartition(session, ["added_records", partitionName(batch), revision, Number(found?.n), token]);
  }
}

async function writeOver(
  session: MysqlSession,
  table: string,
  { columns, batchIds }: RowsOfBatches,
  record: readonly LogColumn[],
): Promise<void> {
  const ours = record.filter(({ name }) => columns[name]);
  const names = [...ours.map(({ name }) => quoted(name)), "batch_id"].join(", ");
  const set = cellsOf(record)
    .map(({ name }) => `${quoted(name)} = VALUES(${quoted(name)})`)
    .join(", ");
  const rows = valuesSql(session, { columns, ours, batch: batchIds }, batchIds.length);
  await insertInStatements(session, `INSERT INTO ${table} (${names}) VALUES`, rows, `ON DUPLICATE KEY UPDATE ${set}`);
}

const PARTITION_ROW = "INSERT INTO workbench_parts (table_name, part, revision, row_count, token) VALUES";
const PARTITION_AGAIN =
  "ON DUPLICATE KEY UPDATE revision = VALUES(revision), row_count = VALUES(row_count), token = VALUES(token)";

function markPartition(session: MysqlSession, part: (string | number)[]): Promise<unknown> {
  return session.run(`${PARTITION_ROW} (?) ${PARTITION_AGAIN}`, [part]);
}

/** Writes labels that came late, and says which batches of the copy they make old. */
async function writeLabels(session: MysqlSession, labels: LateLabels, revision: number, token: string): Promise<void> {
  const groups = new Map<string, { day: string; label: number | null; subscribers: string[] }>();
  for (const [i, day] of labels.day.entries()) {
    const value = labels.label[i];
    const key = `${day} ${value}`;
    const group = groups.get(key) ?? { day: dateOf(day), label: Number.isNaN(value) ? null : value, subscribers: [] };
    group.subscribers.push(labels.subscriber[i]);
    groups.set(key, group);
  }
  for (const { day, label, subscribers } of groups.values()) {
    for (const group of inGroups(subscribers, lengthOfText, session.server.longestStatement - 200)) {
      await session.run("UPDATE DP_CDR_Data SET PSEUDO_CHURNED = ? WHERE DP_DATE = ? AND DP_MSISDN IN (?)", [
        label,
        day,
        group,
      ]);
    }
  }
  const days = [...new Set([...groups.values()].map(({ day }) => day))];
  const touched = await session.rows<{ batch_id: number }>(
    "SELECT DISTINCT batch_id FROM DP_CDR_Data WHERE DP_DATE IN (?)",
    [days],
  );
  if (!touched.length) return;
  await session.run(
    "UPDATE workbench_parts SET revision = ?, token = ? WHERE table_name = 'DP_CDR_Data' AND part IN (?)",
    [revision, token, touched.map(({ batch_id }) => partitionName(batch_id))],
  );
}

async function markPartitions(
  session: MysqlSession,
  written: RowsOfBatch,
  revision: number,
  token: string,
): Promise<void> {
  const part = partitionName(written.batchId);
  const { counts, rejects } = written;
  const records = [
    ["batches", part, revision, 1, token],
    ...(counts.rows ? [["DP_CDR_Data", part, revision, counts.rows, token]] : []),
    ...(rejects.length ? [["rejects", part, revision, rejects.length, token]] : []),
    ...(counts.rows ? [["DailySummary", "[]", revision, 1, token]] : []),
  ];
  await session.run(`${PARTITION_ROW} ? ${PARTITION_AGAIN}`, [records]);
  await session.run("UPDATE workbench_state SET revision = ? WHERE id = 1", [revision]);
}
