import { createHash } from "node:crypto";
import { CDR_COLUMNS } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { freeIds } from "../store/commit-batch.js";
import { updateDailySummary } from "../store/daily-summary.js";
import { type Database, name } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { emptyTables } from "../store/schema.js";
import type { CellOptions } from "./cell-sql.js";
import { type CleanSummary, cleanRows, dropCleanRows, type RecordFile } from "./clean-rows.js";
import type { LoadSettings } from "./options.js";

/** What a file had and had not, as the ledger keeps it. */
export interface LoadNotes {
  /** Our columns that the file does not have: they stay empty, no zeros are invented. */
  absent: string[];
  /** Columns of the file that are not used. */
  unused: string[];
  encoding: "utf-8" | "latin-1";
  /** How the cells were read, for the stream of the days that were held back. */
  cells: CellOptions & { until: string | null; format: "csv" | "parquet"; delimiter: string };
}

/** What a load did with each line of the file: lines = rows + rejected + merged + stored_before + held_back + blank. */
export interface LoadResult extends LoadNotes {
  batch_id: number;
  file: string;
  /** True when this very file was loaded before with the same options, and nothing was done. */
  up_to_date: boolean;
  lines: number;
  blank: number;
  rows: number;
  rejected: number;
  merged: number;
  /** Rows that the store holds already, cell by cell. */
  stored_before: number;
  /** Rows after `until`, left for the stream. */
  held_back: number;
  subscribers: number;
  first_day: string | null;
  last_day: string | null;
  rejects: { column_name: string | null; reason: string; rows: number; first_line: number; example: string }[];
}

/** A downloaded file and what its manifest says of it. */
export interface DownloadedFile extends RecordFile {
  sha256: string;
  rows: number;
}

/** Loads one file in one transaction; the pure part of `load`, which finds the file. */
export async function loadFile(
  store: Store,
  file: DownloadedFile,
  settings: LoadSettings,
  context: StageContext = {},
): Promise<LoadResult> {
  const optionsHash = hashOf(settings);
  const report = (done: number) => context.onProgress?.({ task: "load", done, total: file.rows, unit: "rows" });
  return store.lease(
    async (db) => {
      const before = await db.row<{ batch_id: number }>(
        "SELECT batch_id FROM batches WHERE kind = 'load' AND sha256 = $1 AND options_hash = $2 ORDER BY batch_id DESC LIMIT 1",
        [file.sha256, optionsHash],
      );
      if (before && !settings.replace) return describe(db, before.batch_id, { up_to_date: true });

      report(0);
      const batch = { settings, file, optionsHash };
      const batchId = await loadRows(db, batch);
      report(file.rows);
      return describe(db, batchId, { up_to_date: false });
    },
    { signal: context.signal },
  );
}

/** The options that decide what a file becomes; the rest only says where it lies. */
function hashOf({ columns, grain, until, empty_cells, date_format }: LoadSettings): string {
  const mapping = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([mapping, grain, until, empty_cells, date_format]))
    .digest("hex")
    .slice(0, 16);
}

interface Batch {
  settings: LoadSettings;
  file: DownloadedFile;
  optionsHash: string;
}

/** Loads a file in one transaction: each cell is looked at, and each row that cannot be taken is set aside. */
async function loadRows(db: Database, batch: Batch): Promise<number> {
  const found = await cleanRows(db, batch.file, batch.settings);
  const batchId = await db.transaction(async () => {
    if (batch.settings.replace) await emptyTables(db);
    return insertClean(db, found, batch);
  });
  await dropCleanRows(db);
  return batchId;
}

async function insertClean(db: Database, found: CleanSummary, batch: Batch): Promise<number> {
  const { settings } = batch;
  const until = settings.until ?? "9999-12-31";
  const ours = CDR_COLUMNS.map((column) => column.name).filter((our) => !found.absent.includes(our));
  const same = ours
    .filter((our) => our !== "DP_MSISDN" && our !== "DP_DATE")
    .map((our) => `c.${name(our)} IS NOT DISTINCT FROM s.${name(our)}`);

  const { batch: batchId, row } = await freeIds(db);
  const stored = (await db.row<{ n: number }>("SELECT count(*) AS n FROM DP_CDR_Data"))?.n ?? 0;

  let storedBefore = 0;
  let fresh = "clean";
  if (stored > 0) {
    // rows that are there already are no news; rows that contradict what is there are faults
    await db.run(`CREATE OR REPLACE TEMP TABLE known AS
      SELECT c.line, ${same.join(" AND ")} AS same, s.batch_id FROM clean c JOIN DP_CDR_Data s USING (DP_MSISDN, DP_DATE)
      WHERE c.DP_DATE <= CAST('${until}' AS DATE)`);
    const counts = await db.row<{ same: number; other: number; rows: number }>(
      "SELECT count(*) FILTER (same) AS same, count(*) FILTER (NOT same) AS other, (SELECT count(*) FROM clean) AS rows FROM known",
    );
    const { same: sameRows, other, rows } = counts as { same: number; other: number; rows: number };
    if (other > 10 && other > rows / 2) {
      throw new ChurnError(
        "BAD_INPUT",
        `${batch.file.path}: ${other} of ${rows} rows contradict what the store holds for the same subscriber and day`,
        {
          hint: "this is another log: name another store with --store.path, or empty this one with --load.replace",
        },
      );
    }
    storedBefore = sameRows;
    const lines = other > 0 ? await found.cells() : "";
    if (lines)
      await insertBad(
        db,
        `SELECT k.line, NULL AS column_name, 'contradicts the row of this subscriber and day from batch ' || k.batch_id AS reason, coalesce(l.raw, '') AS raw FROM known k LEFT JOIN (SELECT line, raw FROM (${lines})) l USING (line) WHERE NOT same`,
      );
    if (sameRows + other) fresh = "(FROM clean WHERE line NOT IN (SELECT line FROM known))";
  }

  const rejected = await db.run(
    "INSERT INTO rejects SELECT $1, $2, line, column_name, reason, coalesce(raw, '') FROM bad",
    [batchId, batch.file.path],
  );
  await refuseIfAllBad(db, batch.file.path, rejected);
  const span = await db.row<Days & { rows: number; held_back: number; first: number; last: number }>(
    `SELECT count(*) FILTER (taken) AS rows, count(*) FILTER (NOT taken) AS held_back,
      min(line) FILTER (taken) AS first, max(line) FILTER (taken) AS last,
      CAST(min(DP_DATE) FILTER (taken) AS VARCHAR) AS first_day, CAST(max(DP_DATE) FILTER (taken) AS VARCHAR) AS last_day
     FROM (SELECT line, DP_DATE, DP_DATE <= CAST('${until}' AS DATE) AS taken FROM ${fresh})`,
  );
  const { rows, held_back, first, last, first_day, last_day } = span as NonNullable<typeof span>;
  // lines without a gap need no sorting to be numbered
  const place = last - first + 1 === rows ? `line - ${first}` : "row_number() OVER (ORDER BY line) - 1";
  await db.run(
    `INSERT INTO DP_CDR_Data (id, batch_id, ${ours.map(name).join(", ")})
     SELECT ${row} + ${place}, ${batchId}, ${ours.map(name).join(", ")}
     FROM ${fresh} WHERE DP_DATE <= CAST('${until}' AS DATE)`,
  );
  const { lines, blank, merged } = found;
  const counts = { lines, blank, rows, rejected, merged, stored_before: storedBefore, held_back, first_day, last_day };
  await writeLedger(db, batch, batchId, counts, found);
  return batchId;
}

/** The first and the last day of rows, `YYYY-MM-DD`; null where there are none. */
type Days = Record<"first_day" | "last_day", string | null>;

/** What became of the lines of a file. */
type Counts = Pick<
  LoadResult,
  "lines" | "blank" | "rows" | "rejected" | "merged" | "stored_before" | "held_back" | "first_day" | "last_day"
>;

/** Writes the row of the ledger, and brings `DailySummary` up to date. */
async function writeLedger(
  db: Database,
  { settings, file, optionsHash }: Batch,
  batchId: number,
  counts: Counts,
  { absent, unused, encoding }: Pick<LoadNotes, "absent" | "unused" | "encoding">,
): Promise<void> {
  const { columns, grain, empty_cells, date_format, until } = settings;
  const { format, delimiter } = file;
  const cells = { columns, grain, empty_cells, date_format, until, format, delimiter };
  const notes: LoadNotes = { absent, unused, encoding, cells };
  const { lines, blank, rows, rejected, merged, stored_before, held_back, first_day, last_day } = counts;
  await db.run(
    `INSERT INTO batches VALUES ($1, 'load', $2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CAST($13 AS DATE), CAST($14 AS DATE), $15, now()::TIMESTAMP)`,
    [
      ...[batchId, file.path, settings.source, file.sha256, optionsHash],
      ...[lines, blank, rows, rejected, merged, stored_before, held_back, first_day, last_day, JSON.stringify(notes)],
    ],
  );
  if (first_day && last_day) await updateDailySummary(db, first_day, last_day);
}

/** A file of which no row can be used is the wrong file, or read in the wrong way: nothing of it is kept. */
async function refuseIfAllBad(db: Database, path: string, rejected: number): Promise<void> {
  const good = await db.row<{ n: number }>("SELECT count(*) AS n FROM clean");
  const known = await db.row<{ n: number }>("SELECT count(*) AS n FROM DP_CDR_Data");
  if (good?.n || known?.n || rejected === 0) return;
  const worst = await db.row<{ column_name: string | null; reason: string; rows: number; raw: string }>(
    "SELECT column_name, reason, count(*) AS rows, arg_min(raw, line) AS raw FROM bad GROUP BY ALL ORDER BY rows DESC LIMIT 1",
  );
  const { column_name, reason, raw } = worst as { column_name: string | null; reason: string; raw: string };
  const hint =
    column_name === "DP_DATE"
      ? 'say how the days are written: "date_format": "%d.%m.%Y", or --date-format %d.%m.%Y'
      : reason === "not a number"
        ? "numbers need a decimal point, and no thousands separators"
        : "look at the columns that were named, and at the delimiter";
  throw new ChurnError(
    "BAD_INPUT",
    `${path}: none of ${rejected} rows can be used; most often ${column_name ? `${column_name} is ` : ""}${reason}, as in ${JSON.stringify(raw.slice(0, 120))}`,
    { hint },
  );
}

/** Sets rows of a query aside; a line that is set aside already keeps its first reason. */
async function insertBad(db: Database, query: string): Promise<void> {
  await db.run(
    `INSERT INTO bad SELECT line, column_name, reason, raw FROM (${query}) WHERE line NOT IN (SELECT line FROM bad)`,
  );
}

async function describe(db: Database, batchId: number, result: { up_to_date: boolean }): Promise<LoadResult> {
  const batch = await db.row(
    `SELECT batch_id, name AS file, lines, blank, rows, rejected, merged, stored_before, held_back, notes,
      CAST(first_day AS VARCHAR) AS first_day, CAST(last_day AS VARCHAR) AS last_day,
      (SELECT count(DISTINCT DP_MSISDN) FROM DP_CDR_Data WHERE batch_id = $1) AS subscribers
     FROM batches WHERE batch_id = $1`,
    [batchId],
  );
  const rejects = await db.rows<LoadResult["rejects"][number]>(
    `SELECT column_name, regexp_replace(reason, '(line|batch) \\d+', '\\1 …') AS reason, count(*) AS rows, min(line) AS first_line,
      arg_min(raw, line) AS example FROM rejects WHERE batch_id = $1 GROUP BY ALL ORDER BY rows DESC, first_line`,
    [batchId],
  );
  const { notes, ...counts } = batch as unknown as Omit<LoadResult, "rejects" | "up_to_date"> & { notes: string };
  return { ...counts, ...(JSON.parse(notes) as LoadNotes), ...result, rejects };
}
