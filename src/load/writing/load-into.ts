import { measuresOf } from "../../cdr/columns.js";
import { ChurnError } from "../../core/errors.js";
import type { Database } from "../../store/database.js";
import { explainFault } from "../../store/explain-fault.js";
import { setMeasures } from "../../store/log-columns.js";
import { countedKeys } from "../../store/record-ids.js";
import { emptyTables } from "../../store/schema.js";
import { cellOptions } from "../checking/cell-options.js";
import { type CleanSummary, cleanRows, dropCleanRows } from "../checking/clean-rows.js";
import { judgeRejects } from "../checking/judge-rejects.js";
import { findEarlierState } from "../ledger/find-earlier-state.js";
import { findLoad } from "../ledger/find-load.js";
import { optionsHash } from "../ledger/options-hash.js";
import { measuresOfLoad } from "../measures/record-of-load.js";
import type { LoadSettings } from "../options.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";
import { insertPiece } from "./insert-piece.js";
import { inLimitedMemory } from "./limited-memory.js";
import { makeWay } from "./make-way.js";

/** Most lines of a piece, unless the file has more than this many pieces. */
const PIECE = 250_000;
const PIECES = 40;

interface HowToLoad {
  inPieces: boolean;
  onRows(done: number): void;
}

/** What became of a file. */
export interface LoadedFile {
  /** Its batches of the ledger, one a piece. */
  batches: number[];
  /** True when it was loaded before with the same options, and nothing was done. */
  upToDate: boolean;
  resampledRemoved: number;
}

/**
 * Loads one file.
 *
 * Into a DuckDB file in one transaction, which takes less time than the reading before it. Into MySQL, where writing is what
 * takes time, in pieces, each in a transaction with its row in the ledger: an interrupted load resumes after the last one.
 */
export function loadInto(
  db: Database,
  file: DownloadedFile,
  settings: LoadSettings,
  how: HowToLoad,
): Promise<LoadedFile> {
  return inLimitedMemory(db, file.rows, (endLimit) => take(db, file, settings, { ...how, endLimit }));
}

async function take(
  db: Database,
  file: DownloadedFile,
  settings: LoadSettings,
  { inPieces, onRows, endLimit }: HowToLoad & { endLimit(): Promise<unknown> },
): Promise<LoadedFile> {
  const options = cellOptions(settings);
  const hash = optionsHash(settings, file.partition);
  const before = await findLoad(db, file, hash);
  const isThere = before?.reached === Number.POSITIVE_INFINITY;
  if (isThere && !settings.replace) return { batches: before.batches, upToDate: true, resampledRemoved: 0 };

  onRows(0);
  const measured = { ...options, ...(await measuresOfLoad(db, settings)) };
  const found = await cleanRows(db, file, measured, countedKeys(await statesOf(db, file, settings))).catch(
    (error: unknown) => {
      throw explainFault(error, file.path) ?? error;
    },
  );
  checkWhole(found, file);
  await judgeRejects(db, found, file.path, settings.max_rejects);
  const resampledRemoved = await makeWay(db);
  const end = found.lastLine;
  const size = Math.ceil(end / (inPieces ? Math.min(Math.ceil(found.lines / PIECE) || 1, PIECES) : 1));
  const emptiesFirst = settings.replace && (isThere || !before?.replaced);
  for (let reached = 0; reached < end; onRows(Math.min(reached, file.rows))) {
    const ahead = reached === 0;
    reached = await db.transaction(async () => {
      if (emptiesFirst && ahead) await emptyTables(db);
      await setMeasures(db, measuresOf(found.columns));
      // asked again each time: another program may load the same file
      const done = await findLoad(db, file, hash);
      const after = done?.reached ?? 0;
      const replaced = done?.replaced ?? settings.replace;
      const piece = { after, to: Math.min(after + size, end), of: end, replaced };
      const replaces = after === 0 ? await findEarlierState(db, file, settings) : [];
      const batch = { settings, options, file, optionsHash: hash, replaces };
      if (after < end) await insertPiece(db, found, batch, { piece, ahead });
      if (piece.to === end) await endLimit();
      return piece.to;
    });
  }
  await dropCleanRows(db);
  const loaded = await findLoad(db, file, hash);
  return { batches: loaded?.batches ?? [], upToDate: false, resampledRemoved };
}

/** The batches that brought this file, in this state or an earlier one. */
async function statesOf(db: Database, file: DownloadedFile, settings: LoadSettings): Promise<number[]> {
  if (settings.record_id === null) return [];
  if (settings.replace)
    return (await db.rows<{ id: number }>("SELECT batch_id AS id FROM batches")).map(({ id }) => id);
  const own = await db.rows<{ batch_id: number }>("SELECT batch_id FROM batches WHERE kind = 'load' AND sha256 = $1", [
    file.sha256,
  ]);
  return [...own.map(({ batch_id }) => batch_id), ...(await findEarlierState(db, file, settings))];
}

/**
 * Looks whether all rows of a file were read: more lines than were counted may come of a carriage return inside a line; fewer would be
 * passed over in silence.
 *
 * @throws ChurnError BAD_INPUT
 */
export function checkWhole({ lines, blank, continued }: CleanSummary, { path, rows }: DownloadedFile): void {
  if (lines - blank + continued >= rows) return;
  throw new ChurnError("BAD_INPUT", `${path}: only ${lines - blank} rows were read of the ${rows} in its manifest`, {
    hint: "download it again",
  });
}
