import { cellsOf } from "../../cdr/columns.js";
import { ChurnError } from "../../core/errors.js";
import { removeBatches } from "../../store/added-records.js";
import { freeIds } from "../../store/commit-batch.js";
import { refreshDailySummary, updateDailySummary } from "../../store/daily-summary.js";
import { type Database, name } from "../../store/database.js";
import { countKnownRows, judgeKnownRows, type KnownRows } from "../../store/judge-known-rows.js";
import { addRecordIds } from "../../store/record-ids.js";
import { fillVacated } from "../../store/vacate-days.js";
import { writeKnownRows } from "../../store/write-known-rows.js";
import type { CellOptions } from "../checking/cell-options.js";
import type { CleanSummary } from "../checking/clean-rows.js";
import { judgeRejects } from "../checking/judge-rejects.js";
import { ledgerNotes } from "../ledger/ledger-notes.js";
import { type LoadNotes, type LoadResult, ledgerSource, type Piece } from "../ledger/load-result.js";
import { sumMeasures } from "../ledger/measure-totals.js";
import { ledgerRepeats } from "../ledger/repeat-notes.js";
import type { LoadSettings } from "../options.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";

/** A file that is being loaded. */
export interface Batch {
  settings: LoadSettings;
  options: CellOptions;
  file: DownloadedFile;
  optionsHash: string;
  /** Batches of the ledger that it takes the place of: an earlier state of the file. */
  replaces: readonly number[];
  /** True where its days were emptied for it by `vacateDays`. */
  vacated?: boolean;
}

/**
 * Writes a piece of what `cleanRows` found, with its row in the ledger. To be called in a transaction.
 *
 * @param ahead true where the rest of the file has to be judged, too: whether it is the right one
 * @throws ChurnError BAD_INPUT when too many rows of the file would be set aside, or contradict what the store holds
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
  const ours = found.columns.map((column) => column.name);
  const given = cellsOf(found.columns).map((cell) => cell.name);

  const { batch: batchId, row } = await freeIds(db);
  const cells = ["DP_DATE", "DP_MSISDN", ...given].map(name).join(", ");
  const replacement = { rows: `SELECT ${cells} FROM clean WHERE ${inPiece} AND DP_DATE <= ${until}`, given, batchId };
  const replaced = batch.replaces.length
    ? await removeBatches(db, batch.replaces, replacement)
    : { rows: batch.vacated ? await fillVacated(db, replacement) : 0, days: [] };
  const lines = ahead ? `line > ${piece.after}` : inPiece;
  const known = await settleKnownRows(db, found, batch, {
    rows: `${lines} AND DP_DATE <= ${until}`,
    inPiece,
    given,
    batchId,
  });
  if (ahead) await judgeRejects(db, found, file.path, settings.max_rejects);
  const fresh = known
    ? `(FROM clean WHERE line NOT IN (SELECT place FROM known) AND NOT EXISTS (
        FROM DP_CDR_Data s WHERE s.batch_id = ${batchId} AND s.DP_MSISDN = clean.DP_MSISDN AND s.DP_DATE = clean.DP_DATE))`
    : "clean";
  const rejected = await db.run(
    `INSERT INTO rejects SELECT $1, $2, line, column_name, reason, coalesce(raw, '') FROM bad WHERE ${inPiece}`,
    [batchId, file.path],
  );
  const span = await db.row<{ rows: number; heldBack: number; first: number; last: number }>(
    `SELECT count(*) FILTER (taken) AS rows, count(*) FILTER (NOT taken) AS heldBack,
      min(line) FILTER (taken) AS first, max(line) FILTER (taken) AS last
     FROM (SELECT line, DP_DATE <= ${until} AS taken FROM ${fresh} WHERE ${inPiece})`,
  );
  const { rows, heldBack, first, last } = span as NonNullable<typeof span>;
  // lines without a gap need no sorting to be numbered
  const place = last - first + 1 === rows ? `line - ${first}` : "row_number() OVER (ORDER BY line) - 1";
  await db.insertRows({
    table: "DP_CDR_Data",
    batchId,
    columns: ["id", "batch_id", ...ours],
    query: `SELECT ${row} + ${place} AS id, ${batchId} AS batch_id, ${ours.map(name).join(", ")}
      FROM ${fresh} WHERE ${inPiece} AND DP_DATE <= ${until}`,
  });
  const days = await db.row<Days>(
    `SELECT CAST(min(DP_DATE) AS VARCHAR) AS firstDay, CAST(max(DP_DATE) AS VARCHAR) AS lastDay FROM clean
     WHERE ${inPiece} AND DP_DATE <= ${until}${known ? ` AND line NOT IN (SELECT place FROM known WHERE verdict IN ('same', 'contradicts'))` : ""}`,
  );
  const sent = await keepRecordIds(db, found, inPiece, batchId);
  // blank lines, and events that were added to others of the file, are reported once, with the last piece
  const { blank, merged } = piece.to === piece.of ? found : { blank: 0, merged: 0 };
  const counted = {
    blank,
    rows: rows + replaced.rows,
    rejected,
    merged: merged + (known?.adds ?? 0),
    storedBefore: (known?.same ?? 0) + (known?.fills ?? 0) + sent,
    heldBack,
  };
  const counts = { ...counted, lines: Object.values(counted).reduce((sum, n) => sum + n, 0), ...(days as Days) };
  const notes = {
    ...{ added: known?.adds ?? 0, filled: known?.fills ?? 0, replaced_file: batch.replaces.length > 0 },
    ...(piece.to === piece.of ? ledgerRepeats(found.repeats) : {}),
    measures: (await sumMeasures(db, found.columns, { from: `clean WHERE ${inPiece} AND DP_DATE <= ${until}` }))[0],
  };
  await writeLedger(db, batch, { batchId, counts, found, piece, notes });
  if (replaced.days.length) await refreshDailySummary(db, replaced.days);
}

/** Writes down the records of a piece by their ids; gives how many of it were left out, since they had come before. */
async function keepRecordIds(db: Database, { typed }: CleanSummary, inPiece: string, batchId: number): Promise<number> {
  if (typed.options.record_id === undefined) return 0;
  const kept = `sent IS NULL AND line NOT IN (SELECT line FROM bad) OR sent = 'elsewhere'`;
  await addRecordIds(
    db,
    `SELECT record_key, day, sent IS NULL AS counted FROM records WHERE ${inPiece} AND (${kept})`,
    batchId,
  );
  return (await db.oneRow<{ sent: number }>(`SELECT count(sent) AS sent FROM records WHERE ${inPiece}`)).sent;
}

/**
 * Settles the rows whose subscriber-day is in the store: the same rows again are no news, cells that were missing are filled,
 * events add up, and day records that contradict what is there are faults, and go into `bad`.
 *
 * @returns how many rows of the piece are of each kind; undefined where there is none, and no table `known`
 */
async function settleKnownRows(
  db: Database,
  found: CleanSummary,
  { file, settings, replaces }: Batch,
  { rows, inPiece, given, batchId }: { rows: string; inPiece: string; given: readonly string[]; batchId: number },
): Promise<KnownRows | undefined> {
  const stored = await db.row<{ n: number }>("SELECT count(*) AS n FROM DP_CDR_Data");
  if (!stored?.n) return undefined;
  const own = settings.grain === "day" ? "all" : await broughtBefore(db, file, replaces);
  const cells = ["DP_DATE", "DP_MSISDN", ...given].map(name).join(", ");
  const other = `NOT EXISTS (FROM DP_CDR_Data s WHERE s.batch_id = ${batchId} AND s.DP_MSISDN = c.DP_MSISDN AND s.DP_DATE = c.DP_DATE)`;
  const known = await judgeKnownRows(
    db,
    `SELECT line AS place, ${cells} FROM clean c WHERE ${rows} AND ${other}`,
    given,
    own,
  );
  const { contradicts } = known;
  const all = await db.row<{ rows: number }>("SELECT count(*) AS rows FROM clean");
  if (contradicts > 10 && contradicts > (all?.rows ?? 0) / 2) {
    throw new ChurnError(
      "BAD_INPUT",
      `${file.path}: ${contradicts} of ${all?.rows} rows contradict what the store holds for the same subscriber and day`,
      {
        hint: "a corrected file takes the place of the one before with --load.replace-file; another log needs another store, --store.path; --load.replace empties this one, its models and predictions too",
      },
    );
  }
  if (contradicts > 0) {
    // a line that is set aside already keeps its first reason
    await db.run(`INSERT INTO bad
      SELECT k.place, NULL, 'contradicts the row of this subscriber and day from batch ' || k.batch_id, coalesce(l.raw, '')
      FROM known k LEFT JOIN (${found.cells("SELECT place FROM known WHERE verdict = 'contradicts'")}) l ON l.line = k.place
      WHERE verdict = 'contradicts' AND k.place NOT IN (SELECT line FROM bad)`);
  }
  const some = `SELECT line AS place, ${cells} FROM clean WHERE ${inPiece}`;
  await writeKnownRows(db, known, some, { given, own, batchId });
  return countKnownRows(db, inPiece.replaceAll("line", "place"));
}

/** The batches that brought this very file, read in another way, and the streams of what it held back. */
async function broughtBefore(
  db: Database,
  { sha256, partition }: DownloadedFile,
  replaces: readonly number[],
): Promise<number[]> {
  const found = await db.rows<{ batch_id: number; held_back: number; notes: string }>(
    "SELECT batch_id, held_back, notes FROM batches WHERE kind = 'load' AND sha256 = $1",
    [sha256],
  );
  // the same bytes in another partition are other rows
  const place = JSON.stringify(partition ?? {});
  const loads = found.filter(({ notes }) => {
    const { cells }: Partial<LoadNotes> = JSON.parse(notes);
    return JSON.stringify(cells?.partition ?? {}) === place;
  });
  const own = loads.map(({ batch_id }) => batch_id).filter((batch) => !replaces.includes(batch));
  if (!loads.some(({ held_back }) => held_back > 0)) return own;
  const streams = await db.rows<{ batch_id: number }>("SELECT batch_id FROM batches WHERE kind = 'stream'");
  return [...own, ...streams.map(({ batch_id }) => batch_id)];
}

/** The first and the last day of rows, `YYYY-MM-DD`; null where there are none. */
type Days = Pick<LoadResult, "firstDay" | "lastDay">;

/** What became of the lines of a piece. */
type Counts = Days & Pick<LoadResult, "lines" | "blank" | "rows" | "rejected" | "merged" | "storedBefore" | "heldBack">;

/** Writes the row of the ledger, and brings `DailySummary` up to date. */
async function writeLedger(
  db: Database,
  { settings, options, file, optionsHash }: Batch,
  {
    batchId,
    counts,
    found,
    piece,
    notes: more,
  }: {
    batchId: number;
    counts: Counts;
    found: CleanSummary;
    piece: Piece;
    notes: Pick<LoadNotes, "added" | "filled" | "replaced_file" | "measures" | "repeats">;
  },
): Promise<void> {
  const isWhole = piece.after === 0 && piece.to === piece.of;
  const notes = ledgerNotes(file, options, settings.until, found, { ...more, ...(isWhole ? {} : { piece }) });
  const { lines, blank, rows, rejected, merged, storedBefore, heldBack, firstDay, lastDay } = counts;
  await db.run(
    `INSERT INTO batches VALUES ($1, 'load', $2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CAST($13 AS DATE), CAST($14 AS DATE), $15, now()::TIMESTAMP)`,
    [
      ...[batchId, file.path, ledgerSource(file, settings), file.sha256, optionsHash],
      ...[lines, blank, rows, rejected, merged, storedBefore, heldBack, firstDay, lastDay, JSON.stringify(notes)],
    ],
  );
  if (firstDay && lastDay) await updateDailySummary(db, firstDay, lastDay);
}
