import { createHash } from "node:crypto";
import { ChurnError } from "../core/errors.js";
import { camelKeys, type SnakeKeys } from "../core/key-case.js";
import type { StageContext } from "../core/progress.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { emptyTables } from "../store/schema.js";
import { notesOfRows } from "../store/store-notes.js";
import { type CleanSummary, cleanRows, dropCleanRows } from "./clean-rows.js";
import { findEarlierState } from "./find-earlier-state.js";
import { findLoad } from "./find-load.js";
import { insertPiece } from "./insert-piece.js";
import { judgeRejects } from "./judge-rejects.js";
import type { DownloadedFile, LoadNotes, LoadResult } from "./load-result.js";
import { makeWay } from "./make-way.js";
import type { LoadSettings } from "./options.js";

/** Most lines of a piece, unless the file has more than this many pieces. */
const PIECE = 250_000;
const PIECES = 40;

/**
 * Loads one file; the pure part of `load`, which finds the file.
 *
 * Into a DuckDB file in one transaction, which takes less time than the reading before it. Into MySQL, where writing is what
 * takes time, in pieces, each in a transaction with its row in the ledger: an interrupted load resumes after the last one.
 */
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
      const before = await findLoad(db, file, optionsHash);
      const isThere = before?.reached === Number.POSITIVE_INFINITY;
      if (isThere && !settings.replace) return describe(db, before.batches, { upToDate: true, resampledRemoved: 0 });

      report(0);
      const found = await cleanRows(db, file, settings);
      checkWhole(found, file);
      await judgeRejects(db, found, file.path, settings.max_rejects);
      const resampledRemoved = await makeWay(db);
      const end = found.lines + 1;
      const size = Math.ceil(end / (store.commitsInPieces ? Math.min(Math.ceil(found.lines / PIECE) || 1, PIECES) : 1));
      const emptiesFirst = settings.replace && (isThere || !before?.replaced);
      for (let reached = 0; reached < end; report(Math.min(reached, file.rows))) {
        const ahead = reached === 0;
        reached = await db.transaction(async () => {
          if (emptiesFirst && ahead) await emptyTables(db);
          // asked again each time: another program may load the same file
          const done = await findLoad(db, file, optionsHash);
          const after = done?.reached ?? 0;
          const replaced = done?.replaced ?? settings.replace;
          const piece = { after, to: Math.min(after + size, end), of: end, replaced };
          const replaces = after === 0 ? await findEarlierState(db, file, settings) : [];
          const batch = { settings, file, optionsHash, replaces };
          if (after < end) await insertPiece(db, found, batch, { piece, ahead });
          return piece.to;
        });
      }
      await dropCleanRows(db);
      const loaded = await findLoad(db, file, optionsHash);
      return describe(db, loaded?.batches ?? [], { upToDate: false, resampledRemoved });
    },
    { signal: context.signal, create: true },
  );
}

/** More lines than were counted may come of a carriage return inside a line; fewer would be passed over in silence. */
function checkWhole({ lines, blank }: CleanSummary, { path, rows }: DownloadedFile): void {
  if (lines - blank >= rows) return;
  throw new ChurnError("BAD_INPUT", `${path}: only ${lines - blank} rows were read of the ${rows} in its manifest`, {
    hint: "download it again",
  });
}

/** The options that decide what a file becomes; the rest only says where it lies. */
function hashOf({ columns, grain, until, empty_cells, date_format, time_zone }: LoadSettings): string {
  const mapping = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([mapping, grain, until, empty_cells, date_format, ...(time_zone ? [time_zone] : [])]))
    .digest("hex")
    .slice(0, 16);
}

/** What a result has beside the ledger. */
type Beside = "rejects" | "rejectedShare" | "notes" | "upToDate" | "resampledRemoved";

/** The rows of the ledger, taken together, with the notes as text. */
type LedgerRow = SnakeKeys<Omit<LoadResult, Beside | "replacedFile" | keyof LoadNotes>> & { notes: string };

/** What the ledger says of the pieces of a file, taken together. */
async function describe(
  db: Database,
  batches: number[],
  result: Pick<LoadResult, "upToDate" | "resampledRemoved">,
): Promise<LoadResult> {
  const list = batches.join(", ");
  const sums = ["lines", "blank", "rows", "rejected", "merged", "stored_before", "held_back"];
  const batch = await db.row(
    `SELECT max(batch_id) AS batch_id, arg_max(name, batch_id) AS file, ${sums.map((of) => `sum(${of}) AS ${of}`).join(", ")},
      arg_max(notes, batch_id) AS notes, CAST(min(first_day) AS VARCHAR) AS first_day, CAST(max(last_day) AS VARCHAR) AS last_day,
      (SELECT count(DISTINCT DP_MSISDN) FROM DP_CDR_Data WHERE batch_id IN (${list})) AS subscribers
     FROM batches WHERE batch_id IN (${list})`,
  );
  const rejects = await db.rows<LoadResult["rejects"][number]>(
    `SELECT column_name AS columnName, regexp_replace(reason, '(line|batch) \\d+', '\\1 …') AS reason, count(*) AS rows, min(line) AS firstLine,
      arg_min(raw, line) AS example FROM rejects WHERE batch_id IN (${list}) GROUP BY ALL ORDER BY rows DESC, firstLine`,
  );
  const { notes, ...counts } = batch as unknown as LedgerRow;
  const { piece: _piece, ...told } = JSON.parse(notes) as LoadNotes;
  const all = await db.rows<{ notes: string }>(`SELECT notes FROM batches WHERE batch_id IN (${list})`);
  const pieces = all.map((piece) => JSON.parse(piece.notes) as Partial<LoadNotes>);
  const added = pieces.reduce((sum, piece) => sum + (piece.added ?? 0), 0);
  const filled = pieces.reduce((sum, piece) => sum + (piece.filled ?? 0), 0);
  const replaced_file = pieces.some((piece) => piece.replaced_file);
  return {
    ...camelKeys<Omit<LoadResult, Beside>>({ ...counts, ...told, added, filled, replaced_file }),
    ...result,
    rejectedShare: counts.rejected / Math.max(counts.lines - counts.blank, 1),
    rejects,
    notes: await notesOfRows(db),
  };
}
