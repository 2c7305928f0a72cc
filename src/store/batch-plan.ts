import { dayOf } from "../core/days.js";
import type { ColumnSource } from "./append-columns.js";
import { type Database, text } from "./database.js";
import type { CommittedBatch, NewBatch } from "./new-batch.js";
import type { Columns } from "./read-columns.js";

/** What is known of a batch before it is written. */
export interface BatchPlan {
  columns: Columns;
  lines: number;
  batchId: number;
  rowId: number;
  /** The columns of `DP_CDR_Data`, in the order of the table. */
  table: readonly string[];
}

/** The columns in the order of the table; those that the batch has not are null. */
export function tableOrder(columns: Columns, { lines, batchId, rowId, table }: BatchPlan): ColumnSource[] {
  const ids = Float64Array.from({ length: lines }, (_, i) => rowId + i);
  const own = new Map<string, ColumnSource>([
    ["id", ids],
    ["batch_id", batchId],
  ]);
  return table.map((column) => own.get(column) ?? columns[column] ?? null);
}

/** Writes the row of the ledger; an appender takes a third of the time of a statement. */
export async function writeLedgerRow(
  db: Database,
  batch: NewBatch,
  batchId: number,
  counts: Omit<CommittedBatch, "batchId" | "written">,
): Promise<void> {
  const { kind, name, number, source, content, notes = {} } = batch;
  const { lines, rows, rejected, merged, storedBefore, firstDay, lastDay } = counts;
  const day = (date: string | null) => (date === null ? null : dayOf(date));
  const now = Date.now() * 1000;
  const [first, last] = [day(firstDay), day(lastDay)];
  const row = [
    batchId,
    [kind],
    [name],
    number,
    [source],
    [content],
    [""],
    lines,
    0,
    rows,
    rejected,
    merged,
    storedBefore,
    0,
  ];
  await db.append("batches", [...row, first, last, [JSON.stringify(notes)], now], 1);
}

/** Writes what a batch has beside its rows: the rows that were set aside, and labels that came late. */
export async function writeRest(db: Database, { rejects, labels, kind, name }: NewBatch, batchId: number) {
  if (rejects?.length) {
    await db.createTemporary("refused", {
      line: rejects.map(({ line }) => line),
      column_name: rejects.map(({ columnName }) => columnName),
      reason: rejects.map(({ reason }) => reason),
      raw: rejects.map(({ raw }) => raw),
    });
    const from = text(`${kind}:${name}`);
    await db.run(`INSERT INTO rejects SELECT ${batchId}, ${from}, line, column_name, reason, raw FROM refused;
      DROP TABLE temp.refused`);
  }
  if (labels?.day.length) {
    await db.createTemporary("late", { ...labels });
    await db.run(`UPDATE DP_CDR_Data SET PSEUDO_CHURNED = CAST(label AS TINYINT) FROM late
      WHERE DP_MSISDN = subscriber AND DP_DATE = DATE '1970-01-01' + CAST(day AS INTEGER); DROP TABLE temp.late`);
  }
}
