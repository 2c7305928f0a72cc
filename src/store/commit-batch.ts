import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { type BatchPlan, tableOrder, writeLedgerRow, writeRest } from "./batch-plan.js";
import { columnAs } from "./columns-as.js";
import { commitKnownRows } from "./commit-known-rows.js";
import { addToDailySummary } from "./daily-summary.js";
import { type Database, name } from "./database.js";
import { type Forgotten, leaveForgottenOut, readForgotten } from "./erase/forgotten.js";
import { parquetRows } from "./file-sql.js";
import { tableColumns } from "./log-columns.js";
import type { BatchRows, CommittedBatch, NewBatch, RejectedRow } from "./new-batch.js";
import type { Columns } from "./read-columns.js";

/** First numbers that are free, of batches and of rows, and what else holds as long as nothing but batches is written. */
export interface FreeIds {
  batch: number;
  row: number;
  /** Days that are known to be in `DailySummary`. */
  days: Set<number>;
  /** The columns of `DP_CDR_Data`, in the order of the table. */
  table: readonly string[];
  /** How many subscribers are forgotten. */
  forgotten: number;
}

/** Finds the first numbers that are free, of batches and of rows: one more than the largest in use. */
export async function freeIds(db: Database): Promise<FreeIds> {
  const found = await db.oneRow<{ batch: number; row: number; forgotten: number }>(
    `SELECT (SELECT coalesce(max(batch_id), 0) + 1 FROM batches) AS batch, (SELECT coalesce(max(id), 0) + 1 FROM DP_CDR_Data) AS row,
      (SELECT count(*) FROM forgotten) AS forgotten`,
  );
  return { ...found, days: new Set(), table: await tableColumns(db, "DP_CDR_Data") };
}

/**
 * Writes a batch of rows, its row in the ledger and its part of `DailySummary` in one transaction: all of it, or nothing.
 *
 * A batch whose key (kind, name, number) is in the ledger is not written again; `written` says so. Rows that the store
 * holds already are counted and left out; rows that contradict them are set aside in `rejects`.
 *
 * @throws ChurnError CONFLICT when the ledger has the key with other content
 */
export async function commitBatch(db: Database, given: NewBatch, free: FreeIds): Promise<CommittedBatch> {
  const { table } = free;
  const all = await readBatchColumns(db, given.rows, table);
  const forgotten = free.forgotten > 0 ? await readForgotten(db) : undefined;
  const { columns, rejects } = withoutForgotten(given, all, forgotten);
  const batch = { ...given, rejects };
  const plan = { columns, lines: sourceLines(columns), batchId: free.batch, rowId: free.row, table };
  try {
    return await commitNewRows(db, batch, plan, free.days);
  } catch (error) {
    if (!/constraint|duplicate key/i.test(String(error))) throw error;
    // some key was there: that of the batch, or that of a row
    const before = await writtenBefore(db, batch);
    if (before) return before;
    const now = await freeIds(db);
    return commitKnownRows(db, batch, { ...plan, batchId: now.batch, rowId: now.row, table: now.table });
  }
}

/** The rows of a batch, and what is set aside of it, without those of who is forgotten. */
export function withoutForgotten(
  { rejects = [] }: NewBatch,
  columns: Columns,
  forgotten: Forgotten | undefined,
): { columns: Columns; rejects: readonly RejectedRow[] } {
  return forgotten && columns.DP_MSISDN ? leaveForgottenOut({ columns, rejects }, forgotten) : { columns, rejects };
}

/** The quick way, where every row is new: two statements, and the rows as columns. */
async function commitNewRows(
  db: Database,
  batch: NewBatch,
  plan: BatchPlan,
  summed: Set<number>,
): Promise<CommittedBatch> {
  const { columns, lines } = plan;
  const rejected = batch.rejects?.length ?? 0;
  const [first, last] = findSpan(columnAs(columns, "DP_DATE", Int32Array));
  const counts = {
    lines: lines + rejected,
    rows: lines,
    rejected,
    merged: 0,
    storedBefore: 0,
    firstDay: first,
    lastDay: last,
  };
  try {
    // statements so small run as they stand: to look for a better plan takes an eighth of the time of a batch
    await db.run(`PRAGMA disable_optimizer; BEGIN; ${addToDailySummary(columns, lines, summed)}`);
    await writeLedgerRow(db, batch, plan.batchId, counts);
    await db.append("DP_CDR_Data", tableOrder(columns, plan), lines);
    if (rejected || batch.labels) {
      await db.run("PRAGMA enable_optimizer");
      await writeRest(db, batch, plan.batchId);
    }
    await db.run("COMMIT; PRAGMA enable_optimizer");
    for (const day of new Set(columnAs(columns, "DP_DATE", Int32Array))) summed.add(day);
  } catch (error) {
    await db.run("ROLLBACK").catch(() => {});
    await db.run("PRAGMA enable_optimizer").catch(() => {});
    throw error;
  }
  return { batchId: plan.batchId, ...counts, written: true };
}

/** What the ledger says of a batch that is there already. */
async function writtenBefore(db: Database, batch: NewBatch): Promise<CommittedBatch | undefined> {
  const found = await db.row<LedgerEntry>(
    `SELECT batch_id AS batchId, lines, rows, rejected, merged, stored_before AS storedBefore, CAST(first_day AS VARCHAR) AS firstDay,
      CAST(last_day AS VARCHAR) AS lastDay, sha256 AS content FROM batches WHERE kind = $1 AND name = $2 AND number = $3`,
    [batch.kind, batch.name, batch.number],
  );
  if (!found) return undefined;
  return sameBatch(batch, found);
}

/** A row of the ledger, and what names its content. */
export type LedgerEntry = Omit<CommittedBatch, "written"> & { content: string };

/**
 * The batch that the ledger has under the same key.
 *
 * @throws ChurnError CONFLICT when its rows are others
 */
export function sameBatch(batch: NewBatch, { content, ...counts }: LedgerEntry): CommittedBatch {
  if (content === batch.content) return { ...counts, written: false };
  throw new ChurnError(
    "CONFLICT",
    `batch ${batch.number} of ${batch.kind} "${batch.name}" is in the store with other rows`,
    { hint: "send other rows under another key" },
  );
}

/** Columns of `DP_CDR_Data` that are numbered here. */
const OWN = new Set(["id", "batch_id"]);

/**
 * The rows of a batch as columns; those of a Parquet file are read, in the order of the file.
 *
 * @param table the columns that `DP_CDR_Data` has: others of the file are passed over
 */
export async function readBatchColumns(db: Database, rows: BatchRows, table: readonly string[]): Promise<Columns> {
  if ("columns" in rows) return rows.columns;
  const names = await db.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${parquetRows(rows.parquet)}`);
  const ours = table.filter((column) => !OWN.has(column) && names.some(({ column_name }) => column_name === column));
  return db.columns(`SELECT ${ours.map(name).join(", ")}
    FROM ${parquetRows(rows.parquet, { rowNumbers: true })}
    WHERE file_row_number >= ${rows.from} AND file_row_number < ${rows.from + rows.count} ORDER BY file_row_number`);
}

/**
 * How many rows a batch has.
 *
 * @throws ChurnError BAD_INPUT when day or subscriber is missing, or the columns are not of one length
 */
export function sourceLines(columns: Columns): number {
  const lengths = Object.values(columns).map((column) => column.length);
  if (!columns.DP_DATE || !columns.DP_MSISDN || lengths.some((length) => length !== lengths[0])) {
    throw new ChurnError("BAD_INPUT", "a batch needs DP_DATE and DP_MSISDN, and columns of one length");
  }
  return lengths[0] ?? 0;
}

/**
 * First and last day as `YYYY-MM-DD`; null twice when there is none.
 *
 * @param days since 1970-01-01, in any order
 */
export function findSpan(days: Int32Array): [string, string] | [null, null] {
  if (days.length === 0) return [null, null];
  let first = days[0];
  let last = first;
  for (const day of days) {
    if (day < first) first = day;
    if (day > last) last = day;
  }
  return [dateOf(first), dateOf(last)];
}
