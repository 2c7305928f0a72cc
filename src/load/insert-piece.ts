import { CDR_COLUMNS } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { freeIds } from "../store/commit-batch.js";
import { updateDailySummary } from "../store/daily-summary.js";
import { type Database, name } from "../store/database.js";
import type { CleanSummary } from "./clean-rows.js";
import type { Piece } from "./find-load.js";
import type { DownloadedFile, LoadNotes, LoadResult } from "./load-file.js";
import type { LoadSettings } from "./options.js";

/** A file that is being loaded. */
export interface Batch {
  settings: LoadSettings;
  file: DownloadedFile;
  optionsHash: string;
  /** Batches of the ledger that earlier pieces of it are. */
  earlier: readonly number[];
}

/**
 * Writes a piece of what `cleanRows` found, with its row in the ledger. To be called in a transaction.
 *
 * @param ahead true where the rest of the file has to be judged, too: whether it is the right one
 * @throws ChurnError BAD_INPUT when no row of the file can be used, or when most rows contradict what the store holds
 */
export async function insertPiece(
  db: Database,
  found: CleanSummary,
  batch: Batch,
  { piece, ahead }: { piece: Piece; ahead: boolean },
): Promise<void> {
  const { file, settings } = batch;
  const until = `CAST('${settings.until ?? "9999-12-31"}' AS DATE)`;
  const inPiece = `line > ${piece.after} AND line <= ${piece.to}`;
  const ours = CDR_COLUMNS.map((column) => column.name).filter((our) => !found.absent.includes(our));
  if (ahead) await refuseIfAllBad(db, file.path);

  const { batch: batchId, row } = await freeIds(db);
  const known = await findKnown(db, found, batch, { until, lines: ahead ? `line > ${piece.after}` : inPiece });
  const fresh = known ? "(FROM clean WHERE line NOT IN (SELECT line FROM known))" : "clean";
  const before = known
    ? await db.row<{ n: number }>(`SELECT count(*) FILTER (same) AS n FROM known WHERE ${inPiece}`)
    : undefined;
  const rejected = await db.run(
    `INSERT INTO rejects SELECT $1, $2, line, column_name, reason, coalesce(raw, '') FROM bad WHERE ${inPiece}`,
    [batchId, file.path],
  );
  const span = await db.row<Days & { rows: number; held_back: number; first: number; last: number }>(
    `SELECT count(*) FILTER (taken) AS rows, count(*) FILTER (NOT taken) AS held_back,
      min(line) FILTER (taken) AS first, max(line) FILTER (taken) AS last,
      CAST(min(DP_DATE) FILTER (taken) AS VARCHAR) AS first_day, CAST(max(DP_DATE) FILTER (taken) AS VARCHAR) AS last_day
     FROM (SELECT line, DP_DATE, DP_DATE <= ${until} AS taken FROM ${fresh} WHERE ${inPiece})`,
  );
  const { rows, held_back, first, last, first_day, last_day } = span as NonNullable<typeof span>;
  // lines without a gap need no sorting to be numbered
  const place = last - first + 1 === rows ? `line - ${first}` : "row_number() OVER (ORDER BY line) - 1";
  await db.insertRows({
    table: "DP_CDR_Data",
    batchId,
    columns: ["id", "batch_id", ...ours],
    query: `SELECT ${row} + ${place} AS id, ${batchId} AS batch_id, ${ours.map(name).join(", ")}
      FROM ${fresh} WHERE ${inPiece} AND DP_DATE <= ${until}`,
  });
  const stored_before = before?.n ?? 0;
  // blank lines, and rows that were added to others, are told of once, with the last piece
  const { blank, merged } = piece.to === piece.of ? found : { blank: 0, merged: 0 };
  const lines = rows + rejected + merged + stored_before + held_back + blank;
  const counts = { lines, blank, rows, rejected, merged, stored_before, held_back, first_day, last_day };
  await writeLedger(db, batch, { batchId, counts, found, piece });
}

/**
 * Makes the table `known` of rows whose key is in the store, where there are any: rows that are there already are no news;
 * rows that contradict what is there are faults, and go into `bad`.
 */
async function findKnown(
  db: Database,
  found: CleanSummary,
  { file, earlier }: Batch,
  { until, lines }: { until: string; lines: string },
): Promise<boolean> {
  const others = earlier.length ? `WHERE batch_id NOT IN (${earlier.join(", ")})` : "";
  const stored = await db.row<{ n: number }>(`SELECT count(*) AS n FROM DP_CDR_Data ${others}`);
  if (!stored?.n) return false;
  const same = CDR_COLUMNS.filter(
    ({ kind, name }) => kind !== "id" && kind !== "day" && !found.absent.includes(name),
  ).map((column) => `c.${name(column.name)} IS NOT DISTINCT FROM s.${name(column.name)}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE known AS
    SELECT c.line, ${same.join(" AND ")} AS same, s.batch_id FROM clean c JOIN DP_CDR_Data s USING (DP_MSISDN, DP_DATE)
    WHERE ${lines} AND c.DP_DATE <= ${until}`);
  const counts = await db.row<{ known: number; other: number; rows: number }>(
    `SELECT count(*) AS known, count(*) FILTER (NOT same) AS other, (SELECT count(*) FROM clean) AS rows FROM known`,
  );
  const { known, other, rows } = counts as NonNullable<typeof counts>;
  if (other > 10 && other > rows / 2) {
    throw new ChurnError(
      "BAD_INPUT",
      `${file.path}: ${other} of ${rows} rows contradict what the store holds for the same subscriber and day`,
      { hint: "this is another log: name another store with --store.path, or empty this one with --load.replace" },
    );
  }
  if (other > 0) {
    // a line that is set aside already keeps its first reason
    await db.run(`INSERT INTO bad
      SELECT k.line, NULL, 'contradicts the row of this subscriber and day from batch ' || k.batch_id, coalesce(l.raw, '')
      FROM known k LEFT JOIN (${found.cells("SELECT line FROM known WHERE NOT same")}) l USING (line)
      WHERE NOT same AND k.line NOT IN (SELECT line FROM bad)`);
  }
  return known > 0;
}

/** A file of which no row can be used is the wrong file, or read in the wrong way: nothing of it is kept. */
async function refuseIfAllBad(db: Database, path: string): Promise<void> {
  const counts = await db.row<{ good: number; bad: number; stored: number }>(
    "SELECT (SELECT count(*) FROM clean) AS good, (SELECT count(*) FROM bad) AS bad, (SELECT count(*) FROM DP_CDR_Data) AS stored",
  );
  const { good, bad, stored } = counts as NonNullable<typeof counts>;
  if (good || stored || bad === 0) return;
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
    `${path}: none of ${bad} rows can be used; most often ${column_name ? `${column_name} is ` : ""}${reason}, as in ${JSON.stringify(raw.slice(0, 120))}`,
    { hint },
  );
}

/** The first and the last day of rows, `YYYY-MM-DD`; null where there are none. */
type Days = Record<"first_day" | "last_day", string | null>;

/** What became of the lines of a piece. */
type Counts = Days &
  Pick<LoadResult, "lines" | "blank" | "rows" | "rejected" | "merged" | "stored_before" | "held_back">;

/** Writes the row of the ledger, and brings `DailySummary` up to date. */
async function writeLedger(
  db: Database,
  { settings, file, optionsHash }: Batch,
  { batchId, counts, found, piece }: { batchId: number; counts: Counts; found: CleanSummary; piece: Piece },
): Promise<void> {
  const { columns, grain, empty_cells, date_format, time_zone, until } = settings;
  const { format, delimiter } = file;
  const zone = time_zone ? { time_zone } : {};
  const cells = { columns, grain, empty_cells, date_format, ...zone, until, format, delimiter };
  const { absent, unused, encoding } = found;
  const isWhole = piece.after === 0 && piece.to === piece.of;
  const notes: LoadNotes = { absent, unused, encoding, cells, ...(isWhole ? {} : { piece }) };
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
