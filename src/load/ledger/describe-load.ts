import { camelKeys, type SnakeKeys } from "../../core/key-case.js";
import type { Database } from "../../store/database.js";
import { idFormsNote } from "../../store/id-forms.js";
import { logColumns } from "../../store/log-columns.js";
import { lostRecordsNotes } from "../../store/record-ids.js";
import { notesOfRows } from "../../store/store-notes.js";
import type { LoadNotes, LoadResult } from "./load-result.js";
import { addTotals, emptyMeasures } from "./measure-totals.js";
import { repeatNotes } from "./repeat-notes.js";

/** What a result has beside the ledger. */
type Beside = "sentBefore" | "measures" | "rejects" | "rejectedShare" | "notes" | "upToDate" | "resampledRemoved";

/** The rows of the ledger, taken together, with the notes as text. */
type LedgerRow = SnakeKeys<Omit<LoadResult, Beside | "replacedFile" | keyof LoadNotes>> & { notes: string };

/** What the ledger says of some batches, taken together: the pieces of a file, or the files of a source. */
export async function describeLoad(
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
  const { piece: _piece, measures: _totals, repeats: _repeats, ...last } = JSON.parse(notes) as LoadNotes;
  const all = await db.rows<{ notes: string }>(`SELECT notes FROM batches WHERE batch_id IN (${list})`);
  const pieces = all.map((piece) => JSON.parse(piece.notes) as Partial<LoadNotes>);
  const together = (of: (piece: Partial<LoadNotes>) => string[] | undefined) => [
    ...new Set(pieces.flatMap((piece) => of(piece) ?? [])),
  ];
  const told = {
    ...last,
    // what a file lacks another one may have
    absent: last.absent.filter((column) => pieces.every(({ absent }) => absent?.includes(column))),
    unused: together(({ unused }) => unused),
    ...(last.read_as ? { read_as: together(({ read_as }) => read_as) } : {}),
    encoding: pieces.find(({ encoding }) => encoding !== "utf-8")?.encoding ?? last.encoding,
  };
  const added = pieces.reduce((sum, piece) => sum + (piece.added ?? 0), 0);
  const filled = pieces.reduce((sum, piece) => sum + (piece.filled ?? 0), 0);
  const replaced_file = pieces.some((piece) => piece.replaced_file);
  const repeats = { sentBefore: 0, withoutId: 0, equalLines: 0 };
  for (const { repeats: own } of pieces) {
    repeats.sentBefore += own?.sent_before ?? 0;
    repeats.withoutId += own?.without_id ?? 0;
    repeats.equalLines += own?.equal_lines ?? 0;
  }
  const record = await logColumns(db);
  const measures = addTotals(
    pieces.map((piece) => piece.measures ?? []),
    record,
  );
  return {
    ...camelKeys<Omit<LoadResult, Beside>>({ ...counts, ...told, added, filled, replaced_file }),
    ...result,
    rejectedShare: counts.rejected / Math.max(counts.lines - counts.blank, 1),
    measures,
    rejects,
    sentBefore: repeats.sentBefore,
    notes: [
      ...repeatNotes(repeats, told.cells.record_id),
      ...(replaced_file ? await lostRecordsNotes(db) : []),
      ...emptyMeasures(measures, record),
      ...[await idFormsNote(db)].flatMap((note) => note ?? []),
      ...(await notesOfRows(db)),
    ],
  };
}
