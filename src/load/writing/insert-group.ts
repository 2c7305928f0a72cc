import { cellsOf } from "../../cdr/columns.js";
import { dayOf } from "../../core/days.js";
import { freeIds } from "../../store/commit-batch.js";
import { updateDailySummary } from "../../store/daily-summary.js";
import { type Database, name } from "../../store/database.js";
import { cellOptions } from "../checking/cell-options.js";
import type { CleanSummary } from "../checking/clean-rows.js";
import { ledgerNotes } from "../ledger/ledger-notes.js";
import { ledgerSource } from "../ledger/load-result.js";
import { sumMeasures } from "../ledger/measure-totals.js";
import { optionsHash } from "../ledger/options-hash.js";
import { ledgerRepeats } from "../ledger/repeat-notes.js";
import type { LoadSettings } from "../options.js";
import type { FileOfMany } from "../reading/file-of-many.js";
import { startsOf } from "../reading/group-source.js";
import { countGroup, type FileCounts, judgeGroup } from "./group-counts.js";
import { findMeeting, writeMeeting } from "./write-meeting.js";

/** The files of a group, and what is done with them. */
export interface Group {
  files: readonly FileOfMany[];
  settings: LoadSettings;
}

/**
 * Writes what was found in a group, with a row in the ledger for each file: what the files would bring one after the other, in
 * statements over all of them. To be called in a transaction.
 *
 * None of the files may have been loaded before, in any state.
 *
 * @returns the batch of each file
 * @throws GroupRefused when a file has too many bad rows, or contradicts what the store holds
 */
export async function insertGroup(db: Database, found: CleanSummary, { files, settings }: Group): Promise<number[]> {
  const { batch, row } = await freeIds(db);
  const ours = found.columns.map((column) => name(column.name)).join(", ");
  const until = `DATE '${settings.until ?? "9999-12-31"}'`;
  await db.run(
    `CREATE OR REPLACE TEMP VIEW taken AS SELECT line, file_number, ${ours} FROM clean WHERE DP_DATE <= ${until}`,
  );
  const counts = await countGroup(db, files.length, settings.grain, until);
  const span = spanOf(counts);
  const meets = span !== undefined && (await findMeeting(db, found, settings.grain, counts));
  const fresh = meets
    ? `(FROM taken WHERE line NOT IN (SELECT line FROM meeting) UNION ALL BY NAME FROM firsts)`
    : "taken";
  const { first, last, rows } = await db.oneRow<{ first: number; last: number; rows: number }>(
    `SELECT min(line) AS first, max(line) AS last, count(*) AS rows FROM ${fresh}`,
  );
  // lines without a gap need no sorting to be numbered
  const place = last - first + 1 === rows ? `line - ${first}` : "row_number() OVER (ORDER BY line) - 1";
  await db.run(`INSERT INTO DP_CDR_Data (id, batch_id, ${ours})
    SELECT ${row} + ${place}, ${batch} + file_number, ${ours} FROM ${fresh}`);
  if (meets) await writeMeeting(db, found, settings.grain, { batch, counts, cells: cellsOf(found.columns) });
  await writeRejects(db, found, files, batch, counts);
  judgeGroup(counts, settings.max_rejects);
  await writeLedger(db, found, { files, settings }, batch, counts);
  if (span) await updateDailySummary(db, span.first, span.last);
  await db.run("DROP VIEW temp.taken");
  return files.map((_, index) => batch + index);
}

/** The days of all files. */
function spanOf(counts: readonly FileCounts[]): { first: string; last: string } | undefined {
  const days = counts.flatMap(({ first_day, last_day }) => (first_day && last_day ? [first_day, last_day] : [])).sort();
  const last = days.at(-1);
  return last === undefined ? undefined : { first: days[0], last };
}

/** Writes the rows that are set aside, with the lines that they have in their own files, and counts them. */
async function writeRejects(
  db: Database,
  found: CleanSummary,
  files: readonly FileOfMany[],
  batch: number,
  counts: FileCounts[],
): Promise<void> {
  const bad = await db.oneRow<{ n: number }>("SELECT count(*) AS n FROM bad");
  if (bad.n === 0) return;
  const starts = startsOf(files);
  const { firstLine } = found.typed.source;
  await db.createTemporary("places", {
    file_number: files.map((_, index) => index),
    first: starts.map((start) => start + firstLine),
    last: files.map(({ rows }, index) => starts[index] + rows + firstLine - 1),
    path: files.map(({ path }) => path),
  });
  const own = found.typed.source.lineInFile?.("line", "CAST(file_number AS INTEGER)") ?? "line";
  await db.run(`INSERT INTO rejects
    SELECT ${batch} + file_number, path, ${own}, column_name, reason, coalesce(raw, '')
    FROM bad JOIN places ON line BETWEEN first AND last`);
  const rejected = await db.rows<{ file: number; rows: number; numbers: number }>(
    `SELECT CAST(file_number AS INTEGER) AS file, count(*) AS rows, count(*) FILTER (reason = 'not a number') AS numbers
     FROM bad JOIN places ON line BETWEEN first AND last GROUP BY file_number`,
  );
  for (const { file, rows, numbers } of rejected) Object.assign(counts[file], { rejected: rows, numbers });
  await db.run("DROP TABLE temp.places");
}

async function writeLedger(
  db: Database,
  found: CleanSummary,
  { files, settings }: Group,
  batch: number,
  counts: readonly FileCounts[],
): Promise<void> {
  const day = (text: string | null) => (text === null ? Number.NaN : dayOf(text));
  const ids = files.map((_, index) => batch + index);
  const sum = ({ rows, rejected, merged, stored_before, held_back }: FileCounts) =>
    rows + rejected + merged + stored_before + held_back;
  const options = cellOptions(settings);
  const totals = await sumMeasures(db, found.columns, { from: "taken", file: "file_number", files: files.length });
  const notes = files.map((file, index) => {
    const { added, filled } = counts[index];
    return JSON.stringify(
      ledgerNotes(file, options, settings.until, found, {
        added,
        filled,
        replaced_file: false,
        // what is told of all files together
        ...(index === 0 ? ledgerRepeats(found.repeats) : {}),
        measures: totals[index],
      }),
    );
  });
  const columns = [
    ids,
    files.map(() => "load"),
    files.map(({ path }) => path),
    ids,
    files.map((file) => ledgerSource(file, settings)),
    files.map(({ sha256 }) => sha256),
    files.map(({ partition }) => optionsHash(settings, partition)),
    counts.map(sum),
    0,
    counts.map(({ rows }) => rows),
    counts.map(({ rejected }) => rejected),
    counts.map(({ merged }) => merged),
    counts.map(({ stored_before }) => stored_before),
    counts.map(({ held_back }) => held_back),
    counts.map(({ first_day }) => day(first_day)),
    counts.map(({ last_day }) => day(last_day)),
    notes,
    Date.now() * 1000,
  ];
  await db.append("batches", columns, files.length);
}
