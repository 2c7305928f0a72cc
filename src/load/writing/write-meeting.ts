import { type CdrColumn, cellsOf } from "../../cdr/columns.js";
import { addPartsToRows, summed } from "../../store/added-records.js";
import { type Database, name } from "../../store/database.js";
import { judgeKnownRows } from "../../store/judge-known-rows.js";
import { writeKnownRows } from "../../store/write-known-rows.js";
import type { CleanSummary } from "../checking/clean-rows.js";
import { GroupRefused } from "../reading/group-refused.js";
import type { FileCounts } from "./group-counts.js";

/**
 * Finds the rows of a group whose subscriber-day is in the store, or in another file of the group: makes the table `meeting` of
 * them, with the batch that the store has the row from, and the table `firsts` of those rows that become rows of the store. Both have
 * the columns of `taken`.
 *
 * @param counts brought up to date: a row that is no row of the store of its own is taken off its file's rows
 * @returns false where there is none, and no tables
 */
export async function findMeeting(
  db: Database,
  { columns }: Pick<CleanSummary, "columns">,
  grain: "day" | "event",
  counts: FileCounts[],
): Promise<boolean> {
  const spans = counts.flatMap(({ first_day, last_day }) => (first_day && last_day ? [{ first_day, last_day }] : []));
  const isStored = await daysAreStored(db, spans);
  if (!isStored && !overlap(spans)) return false;
  await db.run(`CREATE OR REPLACE TEMP TABLE meeting AS
    SELECT t.*, s.batch_id AS stored_by FROM taken t LEFT JOIN DP_CDR_Data s USING (DP_MSISDN, DP_DATE)
    WHERE s.batch_id IS NOT NULL OR (DP_MSISDN, DP_DATE) IN (
      SELECT (DP_MSISDN, DP_DATE) FROM taken GROUP BY DP_MSISDN, DP_DATE HAVING count(*) > 1)`);
  const { n } = await db.oneRow<{ n: number }>("SELECT count(*) AS n FROM meeting");
  if (n === 0) return false;
  const cells = cellsOf(columns);
  const firsts =
    grain === "event"
      ? `SELECT min(line) AS line, min(file_number) AS file_number, DP_MSISDN, DP_DATE, ${cells.map((cell) => summed(cell, "line")).join(", ")}
         FROM meeting WHERE stored_by IS NULL GROUP BY DP_MSISDN, DP_DATE`
      : `SELECT * EXCLUDE (stored_by) FROM meeting WHERE stored_by IS NULL
         QUALIFY row_number() OVER (PARTITION BY DP_MSISDN, DP_DATE ORDER BY line) = 1`;
  await db.run(`CREATE OR REPLACE TEMP TABLE firsts AS ${firsts}`);
  const found = await db.rows<{ file: number; n: number }>(
    "SELECT file_number AS file, count(*) AS n FROM meeting WHERE line NOT IN (SELECT line FROM firsts) GROUP BY file_number",
  );
  for (const { file, n: later } of found) counts[file].rows -= later;
  return true;
}

/** Whether the store has rows of the days of some files. */
async function daysAreStored(
  db: Database,
  spans: readonly { first_day: string; last_day: string }[],
): Promise<boolean> {
  const first = spans.map(({ first_day }) => first_day).sort()[0];
  const last = spans
    .map(({ last_day }) => last_day)
    .sort()
    .at(-1);
  if (first === undefined || last === undefined) return false;
  const found = await db.row(
    "SELECT 1 FROM DP_CDR_Data WHERE DP_DATE BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) LIMIT 1",
    [first, last],
  );
  return found !== undefined;
}

/** Whether two files have a day in common. */
function overlap(spans: readonly { first_day: string; last_day: string }[]): boolean {
  const sorted = [...spans].sort((a, b) => (a.first_day < b.first_day ? -1 : 1));
  let last = "";
  for (const span of sorted) {
    if (span.first_day <= last) return true;
    if (span.last_day > last) last = span.last_day;
  }
  return false;
}

interface Written {
  /** Batch of the first file. */
  batch: number;
  counts: FileCounts[];
  /** Cells of the record that the files have. */
  cells: readonly CdrColumn[];
}

/**
 * Settles the rows of `meeting` when those of `firsts` are in the store: events are added to the row of their subscriber-day; day records
 * are compared with it, file after file.
 *
 * @throws GroupRefused when most rows of a file contradict what is there
 */
export async function writeMeeting(
  db: Database,
  found: CleanSummary,
  grain: "day" | "event",
  { batch, counts, cells }: Written,
): Promise<void> {
  if (grain === "event") {
    await addPartsToRows(db, "meeting", { cells, batch });
    const added = await db.rows<{ file: number; n: number }>(
      "SELECT file_number AS file, count(*) AS n FROM meeting WHERE line NOT IN (SELECT line FROM firsts) GROUP BY file_number",
    );
    for (const { file, n } of added) {
      counts[file].added = n;
      counts[file].merged += n;
    }
  } else {
    await db.run(
      "CREATE OR REPLACE TEMP TABLE rest AS SELECT * EXCLUDE (stored_by) FROM meeting WHERE line NOT IN (SELECT line FROM firsts)",
    );
    const files = await db.rows<{ file: number; n: number }>(
      "SELECT file_number AS file, count(*) AS n FROM rest GROUP BY file_number ORDER BY 1",
    );
    for (const { file } of files) await settleRecords(db, found, file, { batch, counts, cells });
  }
  for (const table of ["meeting", "firsts", "rest", "known"]) await db.run(`DROP TABLE IF EXISTS temp.${table}`);
}

async function settleRecords(
  db: Database,
  found: CleanSummary,
  file: number,
  { batch, counts, cells }: Written,
): Promise<void> {
  const given = cells.map((cell) => cell.name);
  const names = ["DP_DATE", "DP_MSISDN", ...given].map(name).join(", ");
  const rows = `SELECT line AS place, ${names} FROM rest WHERE file_number = ${file}`;
  const known = await judgeKnownRows(db, rows, given, "all");
  const { contradicts, same, fills } = known;
  const own = counts[file];
  if (contradicts > 10 && contradicts > (own.rows + own.held_back + contradicts + same + fills) / 2) {
    throw new GroupRefused("a file contradicts what the store holds");
  }
  if (contradicts > 0) {
    await db.run(`INSERT INTO bad
      SELECT k.place, NULL, 'contradicts the row of this subscriber and day from batch ' || k.batch_id, coalesce(l.raw, '')
      FROM known k LEFT JOIN (${found.cells("SELECT place FROM known WHERE verdict = 'contradicts'")}) l ON l.line = k.place
      WHERE verdict = 'contradicts'`);
  }
  await writeKnownRows(db, known, rows, { given, own: "all", batchId: batch + file });
  own.stored_before = same + fills;
  own.filled = fills;
  const days = await db.oneRow<Pick<FileCounts, "first_day" | "last_day">>(
    `SELECT CAST(min(DP_DATE) AS VARCHAR) AS first_day, CAST(max(DP_DATE) AS VARCHAR) AS last_day FROM taken
     WHERE file_number = ${file} AND line NOT IN (SELECT place FROM known WHERE verdict IN ('same', 'contradicts'))`,
  );
  Object.assign(own, days);
}
