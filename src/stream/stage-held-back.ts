import { rm } from "node:fs/promises";
import { cellsOf } from "../cdr/columns.js";
import { cleanRows, dropCleanRows } from "../load/checking/clean-rows.js";
import { findPinned } from "../load/reading/pinned-file.js";
import { summed } from "../store/added-records.js";
import { type Database, text } from "../store/database.js";
import { parquetRows } from "../store/file-sql.js";
import { type LogColumn, logColumns } from "../store/log-columns.js";
import { inMemory } from "../store/memory-database.js";
import type { Store } from "../store/open-store.js";
import type { LoadedLogs } from "./loaded-logs.js";
import type { ScenarioSpan } from "./scenario-sql.js";
import { writeRows } from "./write-rows.js";

/** Which of the rows that were held back are staged, and what changes in them. */
export interface HeldBackRows {
  held: LoadedLogs["held"];
  /** Number of the last batch of other streams that came before: their rows are left out. */
  earlier: number;
  span: ScenarioSpan;
  data_dir: string;
}

/**
 * Writes the rows that loads held back, of all files, in order of arrival. They are read from the bytes that were loaded.
 *
 * @throws ChurnError BAD_INPUT when a file is not the one that was loaded
 */
export async function stageHeldBack(
  store: Store,
  rows: HeldBackRows,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const taken = `${path}.taken`;
  try {
    const record = await store.lease(logColumns);
    const isTaken = rows.earlier > 0 && (await writeTakenKeys(store, rows, taken));
    await inMemory(
      async (db) => {
        let query = "";
        for (const [index, log] of rows.held.entries()) {
          await readHeldBack(db, log, { table: `held_${index}`, data_dir: rows.data_dir });
          query += `${index ? " UNION ALL BY NAME " : ""}SELECT * FROM held_${index}`;
        }
        if (rows.held.length > 1 && rows.held.every(({ cells }) => cells.grain === "event")) {
          query = await addUp(db, query, record);
        }
        if (isTaken) {
          query = `SELECT * FROM (${query}) h WHERE NOT EXISTS (FROM ${parquetRows(taken)} t
          WHERE t.DP_DATE = h.DP_DATE AND t.DP_MSISDN = h.DP_MSISDN)`;
        }
        await writeRows(db, query, path, { columns: record, span: rows.span });
      },
      { signal, what: "stream" },
    );
  } finally {
    await rm(taken, { force: true });
  }
}

async function readHeldBack(
  db: Database,
  log: LoadedLogs["held"][number],
  { table, data_dir }: { table: string; data_dir: string },
): Promise<void> {
  const path = await findPinned(log, data_dir);
  await cleanRows(db, { ...log.cells, path }, log.cells);
  await db.run(`CREATE TABLE ${table} AS SELECT * EXCLUDE (line) FROM clean WHERE DP_DATE > DATE '${log.after}'`);
  await dropCleanRows(db);
  // it may have changed while it was read
  await findPinned(log, data_dir);
}

/** Events of one subscriber and day in several files become one row. */
async function addUp(db: Database, query: string, record: readonly LogColumn[]): Promise<string> {
  const found = await db.rows<{ column_name: string }>(`DESCRIBE ${query}`);
  const names = new Set(found.map(({ column_name }) => column_name));
  const sums = cellsOf(record).flatMap((cell) => (names.has(cell.name) ? summed(cell, `"${cell.name}"`) : []));
  return `SELECT ${["DP_DATE", "DP_MSISDN", ...sums].join(", ")} FROM (${query}) GROUP BY DP_MSISDN, DP_DATE`;
}

/** Writes the keys that other streams brought before; false when there are none. */
async function writeTakenKeys(store: Store, { held, earlier }: HeldBackRows, path: string): Promise<boolean> {
  const first = held.map(({ after }) => after).sort()[0];
  const rows = await store.lease((db) =>
    db.run(`COPY (SELECT DP_DATE, DP_MSISDN FROM DP_CDR_Data WHERE DP_DATE > DATE '${first}' AND batch_id IN (
      SELECT batch_id FROM batches WHERE kind = 'stream' AND source <> 'resample' AND batch_id <= ${earlier})) TO ${text(path)} (FORMAT parquet)`),
  );
  return rows > 0;
}
