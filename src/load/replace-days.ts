import { measuresOf } from "../cdr/columns.js";
import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { listNames } from "../download/many/left-out.js";
import { refreshDailySummary } from "../store/daily-summary.js";
import type { Database } from "../store/database.js";
import { setMeasures } from "../store/log-columns.js";
import type { Store } from "../store/open-store.js";
import { type DaySpan, dropVacated, inSpan, isWithin, vacateDays } from "../store/vacate-days.js";
import { type CellOptions, cellOptions } from "./checking/cell-options.js";
import { type CleanSummary, cleanRows, dropCleanRows } from "./checking/clean-rows.js";
import { judgeRejects } from "./checking/judge-rejects.js";
import { describeLoad } from "./ledger/describe-load.js";
import type { LoadResult, ReplacedDays } from "./ledger/load-result.js";
import { optionsHash } from "./ledger/options-hash.js";
import { checkHeaders } from "./many/check-headers.js";
import { measuresOfLoad } from "./measures/record-of-load.js";
import type { LoadSettings } from "./options.js";
import type { FileOfMany } from "./reading/file-of-many.js";
import { insertPiece } from "./writing/insert-piece.js";
import { checkWhole } from "./writing/load-into.js";
import { makeWay } from "./writing/make-way.js";

/** A file whose rows of the days are kept in temporary tables, to be written in one transaction with those of the others. */
interface KeptFile {
  file: FileOfMany;
  found: CleanSummary;
  /** Rows of the days, and those of other days that are not in the store either. */
  rows: number;
  outside: number;
  resampledRemoved: number;
}

/**
 * Puts the rows that files have of some days in the place of what the store has of them, whoever brought it: in one transaction,
 * all of it or nothing. Rows of other days are not touched, and those of the files are left out.
 *
 * Files that are known and brought nothing of these days are not read again.
 *
 * @throws ChurnError BAD_OPTION for days that are none; BAD_INPUT when no file has a row of them, and nothing would be left
 */
export async function replaceDays(
  store: Store,
  files: readonly FileOfMany[],
  settings: LoadSettings,
  context: StageContext = {},
): Promise<LoadResult> {
  const days = parseDays(settings);
  return store.lease(
    async (db) => {
      const options: CellOptions = { ...cellOptions(settings), ...(await measuresOfLoad(db, settings)) };
      checkHeaders(files, settings.columns, options, files.length);
      const kept: KeptFile[] = [];
      const total = files.reduce((sum, { rows }) => sum + rows, 0);
      let done = 0;
      for (const file of await filesToRead(db, files, settings, days)) {
        context.onProgress?.({ task: "replace days", done, total, unit: "rows" });
        kept.push(await keepDays(db, file, settings, { options, days, index: kept.length }));
        done += file.rows;
      }
      if (kept.every(({ rows }) => rows === 0)) {
        throw new ChurnError("BAD_INPUT", `no file has a row of ${days.first} … ${days.last}: nothing is replaced`, {
          hint: `the files are ${listNames(files.map(({ name }) => name))}`,
        });
      }
      const { batches, removed } = await writeDays(db, kept, settings, days);
      const resampledRemoved = kept.reduce((sum, file) => sum + file.resampledRemoved, 0);
      const result = await describeLoad(db, batches, { upToDate: false, resampledRemoved });
      const outside = kept.reduce((sum, file) => sum + file.outside, 0);
      const replaced: ReplacedDays = { ...days, removed, outside, without: await daysWithout(db, days) };
      return {
        ...result,
        file: [settings.source].flat().join(", "),
        replacedDays: replaced,
        notes: [...(await olderThanData(db, days)), ...result.notes],
      };
    },
    { signal: context.signal, create: true },
  );
}

/** @throws ChurnError BAD_OPTION */
function parseDays({ replace_days, until, replace, replace_file }: LoadSettings): DaySpan {
  const [first = "", last = first] = (replace_days ?? "").split("..");
  const bad = (fault: string, hint: string) =>
    new ChurnError("BAD_OPTION", `option "load.replace_days" ${fault}: ${replace_days}`, { hint });
  // a day that no calendar has becomes another one
  if ([first, last].some((day) => dateOf(dayOf(day)) !== day))
    throw bad("names a day that does not exist", "2024-01-05..2024-01-07");
  if (first > last) throw bad("ends before it begins", `${last}..${first}`);
  if (until !== null && last > until) {
    throw bad(`goes beyond "until", ${until}`, "later days are held back for the stream: name days up to it");
  }
  if (replace || replace_file) {
    throw bad(`cannot go with "${replace ? "replace" : "replace_file"}"`, "each replaces something else: name one");
  }
  return { first, last };
}

/** The files that may have rows of the days: those that are not known, and those that brought such rows, or set rows aside. */
async function filesToRead(
  db: Database,
  files: readonly FileOfMany[],
  settings: LoadSettings,
  days: DaySpan,
): Promise<FileOfMany[]> {
  const found = await db.rows<{ sha256: string; hash: string; touches: boolean }>(
    `SELECT sha256, options_hash AS hash, bool_or(coalesce(first_day <= CAST($2 AS DATE) AND last_day >= CAST($1 AS DATE), false)
       OR stored_before > 0 OR rejected > 0) AS touches FROM batches WHERE kind = 'load' GROUP BY sha256, options_hash`,
    [days.first, days.last],
  );
  const touches = new Map(found.map((row) => [`${row.sha256} ${row.hash}`, Boolean(row.touches)]));
  const seen = new Set<string>();
  return files.filter((file) => {
    const key = `${file.sha256} ${optionsHash(settings, file.partition)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return touches.get(key) ?? true;
  });
}

/** Reads a file, and keeps what it has of the days in tables of its own. */
async function keepDays(
  db: Database,
  file: FileOfMany,
  settings: LoadSettings,
  { options, days, index }: { options: CellOptions; days: DaySpan; index: number },
): Promise<KeptFile> {
  // a record of these days is known only where a file before has it
  const before = Array.from(
    { length: index },
    (_, each) => `SELECT record_key FROM kept_records_${each} WHERE sent IS NULL`,
  );
  const others = `SELECT record_key FROM record_ids WHERE counted AND NOT ${inSpan(days, "day")}`;
  const found = await cleanRows(db, file, options, [others, ...before].join(" UNION ALL "));
  checkWhole(found, file);
  await judgeRejects(db, found, file.path, settings.max_rejects);
  const resampledRemoved = await makeWay(db);
  const own = inSpan(days);
  const { all, rows, lines } = await db.oneRow<{ all: number; rows: number; lines: number }>(
    `SELECT count(*) AS "all", count(*) FILTER (${own}) AS rows, (SELECT count(*) FROM typed WHERE ok AND ${own}) AS lines FROM clean`,
  );
  const hasIds = options.record_id !== undefined;
  if (hasIds)
    await db.run(`CREATE OR REPLACE TEMP TABLE kept_records_${index} AS FROM records WHERE ${inSpan(days, "day")}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE kept_${index} AS SELECT * FROM clean WHERE ${own}`);
  // rows that a known file set aside are in the ledger already, unless its load leaves it
  const isKnown = await db.row(
    `SELECT 1 FROM batches b WHERE kind = 'load' AND sha256 = $1 AND options_hash = $2 AND NOT coalesce(held_back = 0 AND ${isWithin(days)}, false)`,
    [file.sha256, optionsHash(settings, file.partition)],
  );
  await db.run(`CREATE OR REPLACE TEMP TABLE kept_bad_${index} AS FROM bad ${isKnown ? "LIMIT 0" : ""}`);
  await dropCleanRows(db);
  const texts = found.columns.map(({ name }) => `coalesce(CAST("${name}" AS VARCHAR), '')`).join(", ");
  return {
    file,
    found: {
      ...found,
      blank: isKnown ? 0 : found.blank,
      merged: settings.grain === "event" ? Math.max(0, lines - rows) : 0,
      cells: (of) =>
        `SELECT line, concat_ws(',', ${texts}) AS raw, [${texts}] AS f FROM kept_${index} WHERE line IN (${of})`,
    },
    rows,
    outside: isKnown ? 0 : all - rows,
    resampledRemoved,
  };
}

/** Writes what was kept of all files in the place of the rows of the days; gives the batches, and how many rows went. */
async function writeDays(
  db: Database,
  kept: readonly KeptFile[],
  settings: LoadSettings,
  days: DaySpan,
): Promise<{ batches: number[]; removed: number }> {
  const result = await db.transaction(async () => {
    for (const { found } of kept) await setMeasures(db, measuresOf(found.columns));
    const removed = await vacateDays(db, days);
    const before = await db.oneRow<{ last: number }>("SELECT coalesce(max(batch_id), 0) AS last FROM batches");
    for (const [index, { file, found, rows, outside }] of kept.entries()) {
      await db.run(`CREATE OR REPLACE TEMP VIEW clean AS FROM kept_${index}`);
      await db.run(`CREATE OR REPLACE TEMP TABLE bad AS FROM kept_bad_${index}`);
      if (settings.record_id !== null)
        await db.run(`CREATE OR REPLACE TEMP TABLE records AS FROM kept_records_${index}`);
      const bad = await db.oneRow<{ n: number }>("SELECT count(*) AS n FROM bad");
      if (rows === 0 && bad.n === 0) continue;
      // a file that has rows of other days is not loaded with these
      const isWhole = outside === 0;
      const hash = optionsHash(settings, file.partition);
      const batch = {
        ...{ settings, file, options: cellOptions(settings), replaces: [], vacated: true },
        optionsHash: isWhole ? hash : `${hash} ${days.first}..${days.last}`,
      };
      const of = found.lastLine;
      await insertPiece(db, found, batch, { piece: { after: 0, to: of, of, replaced: false }, ahead: false });
    }
    await dropVacated(db);
    await refreshDailySummary(db, listDays(days));
    const batches = await db.rows<{ batch_id: number }>("SELECT batch_id FROM batches WHERE batch_id > $1", [
      before.last,
    ]);
    return { batches: batches.map(({ batch_id }) => batch_id), removed };
  });
  for (const index of kept.keys()) {
    await db.run(`DROP TABLE temp.kept_${index}`);
    await db.run(`DROP TABLE temp.kept_bad_${index}`);
    await db.run(`DROP TABLE IF EXISTS temp.kept_records_${index}`);
  }
  await dropCleanRows(db);
  return result;
}

const listDays = ({ first, last }: DaySpan): string[] =>
  Array.from({ length: dayOf(last) - dayOf(first) + 1 }, (_, index) => dateOf(dayOf(first) + index));

/** The days of a span that have no rows. */
async function daysWithout(db: Database, days: DaySpan): Promise<string[]> {
  const found = await db.rows<{ day: string }>(
    `SELECT DISTINCT CAST(DP_DATE AS VARCHAR) AS day FROM DP_CDR_Data WHERE ${inSpan(days)}`,
  );
  const there = new Set(found.map(({ day }) => day));
  return listDays(days).filter((day) => !there.has(day));
}

/** What was made of the rows before, and is older than the data now. */
async function olderThanData(db: Database, { first, last }: DaySpan): Promise<string[]> {
  const { models, predictions } = await db.oneRow<{ models: number; predictions: number }>(
    "SELECT (SELECT count(*) FROM models) AS models, (SELECT count(*) FROM model_predictions) AS predictions",
  );
  if (models === 0 && predictions === 0) return [];
  const many = (n: number, what: string) => `${n.toLocaleString("en-US")} ${what}${n === 1 ? "" : "s"}`;
  return [
    `${many(models, "model")} and ${many(predictions, "prediction")} stay, and are older than the rows of ${first} … ${last}: churn features and churn train make new ones`,
  ];
}
