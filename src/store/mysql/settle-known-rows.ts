import { cellsOf, measuresOf } from "../../cdr/columns.js";
import { dateOf } from "../../core/days.js";
import type { ColumnSource } from "../append-columns.js";
import type { BatchPlan } from "../batch-plan.js";
import { columnAs, columnsAs } from "../columns-as.js";
import { commitKnownRows } from "../commit-known-rows.js";
import { type Database, name } from "../database.js";
import { GRAIN_OF_STORE, parseGrain } from "../judge-known-rows.js";
import { type LogColumn, setMeasures, tableColumns } from "../log-columns.js";
import { inMemory } from "../memory-database.js";
import type { NewBatch, RejectedRow } from "../new-batch.js";
import { createTables } from "../schema.js";
import { inGroups, lengthOfText } from "./in-statements.js";
import { type MysqlSession, quoted } from "./mysql-server.js";
import type { RowsOfBatch, RowsOfBatches } from "./rows-of-batch.js";

/**
 * Settles a batch some of whose rows have the key of a row in the database: new rows, the same rows again, rows that contradict
 * them, and events that add up. DuckDB judges, in memory, by the very statements of the store in a file.
 */
export async function settleKnownRows(
  session: MysqlSession,
  batch: NewBatch,
  plan: Omit<BatchPlan, "table">,
  record: readonly LogColumn[],
): Promise<RowsOfBatch> {
  const notes = (await session.row<{ notes: string }>(GRAIN_OF_STORE))?.notes;
  const known = await rowsOfKeys(session, plan, "DP_CDR_Data", record);
  const isEvent = parseGrain(notes) === "event";
  const added = isEvent ? await rowsOfKeys(session, plan, "added_records", record) : [];
  const ledger = await readLedger(session, isEvent ? [...known, ...added] : []);
  return inMemory(async (db) => {
    await createTables(db);
    await setMeasures(db, measuresOf(record));
    const table = await tableColumns(db, "DP_CDR_Data");
    await db.append("DP_CDR_Data", recordSources(known, table), known.length);
    await db.append("added_records", recordSources(added, await tableColumns(db, "added_records")), added.length);
    await db.append("batches", ledgerSources(ledger), ledger.length);
    await db.run(
      "CREATE TEMP TABLE rows_before AS FROM DP_CDR_Data; CREATE TEMP TABLE added_before AS FROM added_records",
    );
    const done = await commitKnownRows(db, { ...batch, labels: undefined }, { ...plan, table });
    const names = ["DP_DATE", "DP_MSISDN", ...cellsOf(record).map((cell) => cell.name)].map(name).join(", ");
    const columns = await db.columns(`SELECT ${names} FROM DP_CDR_Data WHERE batch_id = ${plan.batchId} ORDER BY id`);
    const rejects = await db.rows<RejectedRow>(
      "SELECT line, column_name AS columnName, reason, raw FROM rejects ORDER BY line",
    );
    const { batchId: _batch, written: _written, ...counts } = done;
    const changed = {
      rows: await changedRows(db, names, "DP_CDR_Data", "rows_before", `WHERE batch_id <> ${plan.batchId}`),
      added: await changedRows(db, names, "added_records", "added_before", ""),
    };
    return { batchId: plan.batchId, columns, counts, rejects, changed };
  });
}

async function changedRows(
  db: Database,
  names: string,
  table: string,
  before: string,
  where: string,
): Promise<RowsOfBatches> {
  const { batch_id, ...columns } = await db.columns(
    `SELECT ${names}, batch_id FROM ${table} ${where} EXCEPT SELECT ${names}, batch_id FROM ${before} ORDER BY batch_id`,
  );
  return { columns, batchIds: columnAs({ batch_id }, "batch_id", Float64Array) };
}

type Row = Record<string, number | string | null>;

/** The columns of records in the order of a table; their own numbers are not looked at, and must not meet those of the new rows. */
function recordSources(rows: readonly Row[], table: readonly string[]): ColumnSource[] {
  return table.map((column) => {
    if (column === "id") return rows.map((_, i) => -i);
    if (column === "DP_MSISDN") return rows.map((row) => String(row[column]));
    return rows.map((row) => Number(row[column] ?? Number.NaN));
  });
}

/** The rows of a table that have the key of a row of the batch. */
async function rowsOfKeys(
  session: MysqlSession,
  { columns, lines }: Omit<BatchPlan, "table">,
  table: string,
  record: readonly LogColumn[],
): Promise<Row[]> {
  const byDay = new Map<number, string[]>();
  const { DP_DATE: days, DP_MSISDN: ids } = columnsAs(columns, { DP_DATE: Int32Array, DP_MSISDN: String });
  for (let i = 0; i < lines; i++) {
    const subscribers = byDay.get(days[i]) ?? [];
    subscribers.push(ids[i]);
    byDay.set(days[i], subscribers);
  }
  const found: Row[] = [];
  const names = ["DP_MSISDN", ...cellsOf(record).map((cell) => cell.name)].map(quoted);
  for (const [day, subscribers] of byDay) {
    for (const group of inGroups(new Set(subscribers), lengthOfText, session.server.longestStatement / 8)) {
      const rows = await session.rows<Row>(
        `SELECT DATEDIFF(DP_DATE, '1970-01-01') AS DP_DATE, ${names.join(", ")}, batch_id FROM ${table}
         WHERE DP_DATE = ? AND DP_MSISDN IN (?)`,
        [dateOf(day), group],
      );
      for (const row of rows) found.push(row);
    }
  }
  return found;
}

/** What the ledger says of the last load, of loads that held rows back, and of the batches that rows are of. */
async function readLedger(session: MysqlSession, rows: readonly Row[]): Promise<Row[]> {
  const ids = [...new Set(rows.map(({ batch_id }) => Number(batch_id)))];
  return session.rows<Row>(
    `SELECT batch_id, kind, name, number, source, sha256, held_back, notes FROM batches
     WHERE (kind = 'load' AND (held_back > 0 OR batch_id = (SELECT MAX(batch_id) FROM batches WHERE kind = 'load')))
       OR batch_id IN (?) ORDER BY batch_id`,
    [ids.length ? ids : [-1]],
  );
}

/** The ledger as far as it is asked here: who brought what, from which file. */
function ledgerSources(ledger: readonly Row[]): ColumnSource[] {
  const numbers = (name: string) => ledger.map((row) => Number(row[name]));
  const texts = (name: string) => ledger.map((row) => String(row[name]));
  const none = ledger.map(() => 0);
  return [
    ...[numbers("batch_id"), texts("kind"), texts("name"), numbers("number"), texts("source"), texts("sha256")],
    ...[ledger.map(() => ""), none, none, none, none, none, none, numbers("held_back")],
    ...[null, null, texts("notes"), none],
  ];
}
