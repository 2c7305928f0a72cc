import { CDR_COLUMNS } from "../../cdr/columns.js";
import { dateOf } from "../../core/days.js";
import type { ColumnSource } from "../append-columns.js";
import type { BatchPlan } from "../batch-plan.js";
import { columnsAs } from "../columns-as.js";
import { commitKnownRows } from "../commit-known-rows.js";
import { inMemory } from "../memory-database.js";
import type { NewBatch, RejectedRow } from "../new-batch.js";
import { createTables } from "../schema.js";
import type { MysqlSession } from "./mysql-server.js";
import type { RowsOfBatch } from "./rows-of-batch.js";

/** Subscribers that are asked for in one statement. */
const ASKED = 2000;

/**
 * Splits a batch some of whose rows have the key of a row in the database: new rows, the same rows again, and rows that
 * contradict them. DuckDB judges, in memory, by the very statements of the store in a file.
 */
export async function leaveOutKnownRows(session: MysqlSession, batch: NewBatch, plan: BatchPlan): Promise<RowsOfBatch> {
  const known = await knownRows(session, plan);
  return inMemory(async (db) => {
    await createTables(db);
    const value = (row: Record<string, unknown>, name: string) => row[name] as number | string | null;
    const sources: ColumnSource[] = ["id", ...CDR_COLUMNS.map(({ name }) => name), "batch_id"].map((name) =>
      name === "DP_MSISDN"
        ? known.map((row) => value(row, name) as string)
        : known.map((row) => Number(value(row, name) ?? Number.NaN)),
    );
    // their own numbers are not looked at, and must not meet those of the new rows
    await db.append("DP_CDR_Data", sources, known.length);
    const done = await commitKnownRows(db, { ...batch, labels: undefined } as NewBatch, plan);
    const names = CDR_COLUMNS.map(({ name }) => name);
    const columns = await db.columns(
      `SELECT ${names.join(", ")} FROM DP_CDR_Data WHERE batch_id = ${plan.batchId} ORDER BY id`,
    );
    const rejects = await db.rows("SELECT line, column_name, reason, raw FROM rejects ORDER BY line");
    const { batch_id: _batch, written: _written, ...counts } = done;
    return { batchId: plan.batchId, columns, counts, rejects: rejects as unknown as RejectedRow[] };
  });
}

async function knownRows(session: MysqlSession, { columns, lines }: BatchPlan): Promise<Record<string, unknown>[]> {
  const { DP_DATE, DP_MSISDN } = columnsAs(columns, { DP_DATE: Int32Array, DP_MSISDN: String });
  const byDay = new Map<number, string[]>();
  for (let i = 0; i < lines; i++) {
    const day = DP_DATE[i];
    const subscribers = byDay.get(day) ?? [];
    subscribers.push(DP_MSISDN[i]);
    byDay.set(day, subscribers);
  }
  const found: Record<string, unknown>[] = [];
  const names = CDR_COLUMNS.map(({ name }) => name).filter((name) => name !== "DP_DATE");
  for (const [day, subscribers] of byDay) {
    for (let from = 0; from < subscribers.length; from += ASKED) {
      const rows = await session.rows<Record<string, unknown>>(
        `SELECT id, DATEDIFF(DP_DATE, '1970-01-01') AS DP_DATE, ${names.join(", ")}, batch_id FROM DP_CDR_Data
         WHERE DP_DATE = ? AND DP_MSISDN IN (?)`,
        [dateOf(day), [...new Set(subscribers.slice(from, from + ASKED))]],
      );
      found.push(...rows);
    }
  }
  return found;
}
