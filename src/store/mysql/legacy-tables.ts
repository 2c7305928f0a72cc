import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CDR_COLUMNS } from "../../cdr/columns.js";
import { ChurnError } from "../../core/errors.js";
import { updateDailySummary } from "../daily-summary.js";
import { type Database, name, text } from "../database.js";
import { faultsSql, type RecordCellOptions, storedCellSql, typedCellSql } from "../record-cell-sql.js";
import { emptyTables } from "../schema.js";
import { csvSource, fetchRows } from "./fetch-rows.js";
import { type MysqlSession, quoted } from "./mysql-server.js";
import { cacheState, setCacheState } from "./pull-changes.js";

/** Tables that a database of texts without keys may have, and what they are called when typed ones have taken their place. */
export const LEGACY_TABLES = ["DP_CDR_Data", "DailySummary", "Processed_Data", "model_predictions"] as const;
export const backupName = (table: string) => `${table}_seed`;

/** The state of a database that is not ours: records as texts in `table`, or a migration that was not finished. */
export interface LegacyState {
  table: string;
  /** True when the table was put aside already. */
  migrating: boolean;
}

/** Looks whether a database holds records in the untyped form: a table `DP_CDR_Data` without batches. */
export async function findLegacyTables(session: MysqlSession): Promise<LegacyState | undefined> {
  const found = await session.rows<{ name: string; batches: number }>(
    `SELECT table_name AS name, SUM(column_name = 'batch_id') AS batches FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name IN ('DP_CDR_Data', ?) GROUP BY table_name`,
    [backupName("DP_CDR_Data")],
  );
  const backup = found.find((each) => each.name === backupName("DP_CDR_Data"));
  if (backup) return { table: backup.name, migrating: true };
  const plain = found.find((each) => each.name === "DP_CDR_Data" && Number(each.batches) === 0);
  return plain && { table: plain.name, migrating: false };
}

/**
 * Reads records that are texts into the typed tables of a DuckDB file, as one batch: what cannot be typed is set aside in
 * `rejects`, with its reason and its raw text. Nothing is changed in MySQL.
 *
 * A day may have a time; of two rows of a subscriber and day the first one counts.
 */
export async function readLegacyTables(db: Database, session: MysqlSession, { table }: LegacyState): Promise<void> {
  const state = await session.row<{ found: number; last: string }>(
    `SELECT COUNT(*) AS found, COALESCE(MAX(id + 0), 0) AS last FROM ${quoted(table)}`,
  );
  const content = `legacy:${state?.found}:${state?.last}`;
  if ((await cacheState(db))?.store_id === content) return;

  const columns = await session.rows<{ name: string }>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?",
    [table],
  );
  const there = new Set(columns.map((column) => column.name));
  const ours = CDR_COLUMNS.filter((column) => there.has(column.name));
  for (const key of ["DP_DATE", "DP_MSISDN"]) {
    if (!there.has(key))
      throw new ChurnError("STORE_DAMAGED", `${session.server.place}: ${table} has no column ${key}`);
  }
  const folder = await mkdtemp(join(tmpdir(), "churn-legacy-"));
  try {
    const path = join(folder, "rows.csv");
    const texts = ours.map((column) => ({ name: column.name, type: "VARCHAR", required: false }));
    const order = there.has("id") ? "TRUE ORDER BY id + 0" : "TRUE";
    const fetched = await fetchRows(session, { table, columns: texts, where: order }, path);
    await db.transaction(() => emptyTables(db));
    await db.transaction(async () => {
      await typeRows(db, { table, from: csvSource(path, texts), ours: ours.map((column) => column.name), content });
      await setCacheState(db, { store_id: content, revision: 0 });
    });
    const sum = await db.row<{ n: number }>("SELECT sum(rows + rejected) AS n FROM batches");
    if (sum?.n !== fetched) {
      throw new ChurnError(
        "STORE_DAMAGED",
        `${session.server.place}: of ${fetched} rows only ${sum?.n} were accounted for`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A measure without a value is missing there, never a fault. */
const CELLS: RecordCellOptions = { empty: "null", date_format: null };

/** What is typed, and from where. */
export interface LegacyRows {
  table: string;
  from: string;
  ours: readonly string[];
  content: string;
}

/** Types the rows that `from` gives as texts, by the rules of every way in. @internal */
export async function typeRows(db: Database, { table, from, ours, content }: LegacyRows): Promise<void> {
  const columns = CDR_COLUMNS.filter((column) => ours.includes(column.name));
  const raw = `concat_ws(',', ${columns.map((column) => `coalesce(${name(column.name)}, '')`).join(", ")})`;
  // there numbers went through a float: all digits of a whole one are there, and .0 at its end
  const whole = "regexp_replace(DP_MSISDN, '^ *([0-9]{1,15})\\.0 *$', '\\1')";
  await db.run(`CREATE OR REPLACE TEMP TABLE legacy_rows AS
    SELECT row_number() OVER () AS line, ${raw} AS raw, * REPLACE (${whole} AS DP_MSISDN) FROM ${from}`);
  const cells = columns.map(
    (column) => `${typedCellSql(name(column.name), column.kind, CELLS)} AS ${name(column.name)}`,
  );
  const tests = columns.flatMap((column) =>
    faultsSql(column, `r.${name(column.name)}`, `t.${name(column.name)}`, CELLS).map(
      ([test, reason]) => `WHEN ${test} THEN [${text(column.name)}, ${text(reason)}]`,
    ),
  );
  await db.run(`CREATE OR REPLACE TEMP TABLE legacy_typed AS
    SELECT t.*, r.raw, CASE ${tests.join(" ")} END AS fault
    FROM (SELECT line, ${cells.join(", ")} FROM legacy_rows) t JOIN legacy_rows r USING (line)`);
  await db.run(`CREATE OR REPLACE TEMP TABLE legacy_first AS
    SELECT DP_MSISDN, DP_DATE, min(line) AS line FROM legacy_typed WHERE fault IS NULL GROUP BY ALL`);
  const rows = await db.run(`INSERT INTO DP_CDR_Data (id, batch_id, ${ours.map(name).join(", ")})
    SELECT line, 1, ${columns.map(storedCellSql).join(", ")} FROM legacy_typed SEMI JOIN legacy_first USING (line) ORDER BY line`);
  const rejected = await db.run(`INSERT INTO rejects SELECT 1, ${text(table)}, line, column_name, reason, raw FROM (
    SELECT line, fault[1] AS column_name, fault[2] AS reason, raw FROM legacy_typed WHERE fault IS NOT NULL
    UNION ALL SELECT t.line, 'DP_DATE', 'a second row of this subscriber and day, after row ' || f.line, raw
      FROM legacy_typed t JOIN legacy_first f USING (DP_MSISDN, DP_DATE) WHERE fault IS NULL AND t.line > f.line)`);
  const span = await db.row<{ first: string | null; last: string | null }>(
    "SELECT CAST(min(DP_DATE) AS VARCHAR) AS first, CAST(max(DP_DATE) AS VARCHAR) AS last FROM DP_CDR_Data",
  );
  const absent = CDR_COLUMNS.map((column) => column.name).filter((column) => !ours.includes(column));
  const cellOptions = { columns: {}, grain: "day", empty_cells: "reject", date_format: null };
  const notes = {
    absent,
    unused: [],
    encoding: "utf-8",
    cells: { ...cellOptions, until: null, format: "csv", delimiter: "," },
  };
  await db.run(
    `INSERT INTO batches (batch_id, kind, name, number, source, sha256, options_hash, lines, blank, rows, rejected, merged, stored_before,
       held_back, first_day, last_day, notes, committed_at)
     VALUES (1, 'load', $1, 1, 'mysql:DP_CDR_Data', $2, '', $3, 0, $4, $5, 0, 0, 0, CAST($6 AS DATE), CAST($7 AS DATE), $8, now()::TIMESTAMP)`,
    [table, content, rows + rejected, rows, rejected, span?.first ?? null, span?.last ?? null, JSON.stringify(notes)],
  );
  if (span?.first && span.last) await updateDailySummary(db, span.first, span.last);
  for (const each of ["legacy_rows", "legacy_typed", "legacy_first"]) await db.run(`DROP TABLE temp.${each}`);
}
