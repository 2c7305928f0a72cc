import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { REASONS } from "../../cdr/cell-rules.js";
import { ChurnError } from "../../core/errors.js";
import { faultCode } from "../../core/fault.js";
import { hashFile } from "../../download/hash-file.js";
import { openSource } from "../../download/open-source.js";
import { checkDateFormat } from "../../store/cell-sql.js";
import { type Database, name, text } from "../../store/database.js";
import { forgottenSql, IS_FORGOTTEN, readForgotten } from "../../store/erase/forgotten.js";
import { faultsSql, typedCellSql } from "../../store/record-cell-sql.js";
import { isTooMany, shareOf } from "../../store/too-many-rejects.js";
import type { ColumnReading } from "../../table-files/column-reading.js";
import type { OpenTable, TableColumn } from "../../table-files/open-table.js";
import { countOthers, DAY_FORMATS, filledSql, numberSql } from "../../table-files/reading-sql.js";
import type { LoadSettings } from "../options.js";

/** What the load of the log says of the files beside it, too. */
export type LoadIds = Pick<LoadSettings, "max_rejects" | "id_form">;

/** A file beside the log. */
export interface SubscriberFile {
  source: string;
  path: string;
  sha256: string;
}

/**
 * Finds the file of a source: a path, or what was downloaded.
 *
 * @param option what the user calls it: `load.attributes.source`
 * @throws ChurnError NOT_FOUND
 */
export async function findSubscriberFile(source: string, dataDir: string, option: string): Promise<SubscriberFile> {
  const { file, write } = openSource(source, dataDir);
  const path = resolve(file);
  const sha256 = await hashFile(path).catch((cause: unknown) => {
    if (!["ENOENT", "ENOTDIR", "EISDIR"].includes(faultCode(cause) ?? "")) throw cause;
    throw new ChurnError("NOT_FOUND", `there is no file ${JSON.stringify(path)}, which option "${option}" names`, {
      cause,
      hint: write ? `churn download --source ${source}` : "give the path of a .csv, .csv.gz or .parquet file",
    });
  });
  return { source, path, sha256 };
}

/** Why a row of a list of leavers is left out that has no day: its subscriber has not left. */
export const NOT_LEFT = "no day, so its subscriber has not left";

/** What is no fault of a file. */
const NO_FAULTS: readonly string[] = [IS_FORGOTTEN, NOT_LEFT];

/** Why a further row of a subscriber is set aside: the first one counts. */
export const SECOND = "a second row of its subscriber";

/** A hash of how a file is read. */
export const hashOf = (settings: object): string =>
  createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 16);

/** How the days of a column are read, and what a careful reader would say of it. */
export interface DayReading {
  /** SQL for the day of a row; null where there is none or it cannot be read. */
  sql: string;
  /** SQL for whether its cell says nothing. */
  missing: string;
  /** What the cells should look like, for a person. */
  form: string;
  note?: string;
}

/**
 * Tells how the days of a column are written: as `date_format` says, else in the way that reads most of its cells.
 *
 * @param option what the user calls the column: `load.attributes.valid_from`
 * @throws ChurnError BAD_INPUT for a column without days
 */
export async function readingOfDays(
  { db, from, path }: OpenTable,
  { name: column, own, type }: TableColumn,
  { format, option }: { format: string | null; option: string },
): Promise<DayReading> {
  const day = (reading: ColumnReading) =>
    `(DATE '1970-01-01' + CAST(floor(${numberSql(own, type, reading)} / 86400) AS INTEGER))`;
  const missing = `${type === "VARCHAR" ? filledSql(own) : own} IS NULL`;
  if (/^(DATE|TIMESTAMP)/.test(type)) return { sql: day({ kind: "date" }), missing, form: "a day" };
  const none = new ChurnError("BAD_INPUT", `column ${JSON.stringify(column)} of ${path} holds no days`, {
    hint: `${option} needs a column of days; date_format says how they are written, as %d.%m.%Y`,
  });
  if (type !== "VARCHAR") throw none;
  if (format !== null) await checkDateFormat(db, format, option.replace(/\.\w+$/, ".date_format"));
  const formats = format === null ? [undefined, ...DAY_FORMATS] : [format];
  const ways = formats.map((each, k) => (each === undefined ? "date" : `date${format === null ? k - 1 : k}`));
  const [counts = {}] = await db.rows<Record<string, number>>(
    `SELECT ${countOthers(filledSql(own), own, ways, format ?? undefined).join(", ")} FROM ${from}`,
  );
  const read = ways.map((way) => counts[`${own}_${way}`] ?? 0);
  const best = Math.max(...read);
  if (best === 0) throw none;
  const at = read.indexOf(best);
  const chosen = formats[at];
  const fit = formats.filter((each, k) => each !== undefined && read[k] === best);
  const sql = day({ kind: "date", ...(chosen === undefined ? {} : { format: chosen }) });
  const form = chosen === undefined ? "a date YYYY-MM-DD" : `a date of the form ${chosen}`;
  if (chosen === undefined || format !== null || fit.length < 2) return { sql, missing, form };
  return {
    sql,
    missing,
    form,
    note: `days of column ${JSON.stringify(column)} fit ${fit.slice(0, 2).join(" and ")}: the first is taken; say which with date_format`,
  };
}

/** Rows that are set aside for one reason. */
export interface SubscriberReject {
  reason: string;
  rows: number;
  /** Number of the first one, from 1. */
  firstRow: number;
}

/** What the table of `createSubscriberRows` is made of. */
export interface WantedRows {
  subscriber: TableColumn;
  /** The day of a row, SQL, and what may be wrong with it, in the order of precedence. */
  day: { sql: string; missing?: string; faults: (day: string) => [test: string, reason: string][] };
  cells: readonly { name: string; sql: string }[];
  /** Why a further row of the same subscriber and day is set aside. */
  second: string;
  /** How numbers of subscribers are kept: as in the log. */
  idForm: LoadSettings["id_form"];
}

/**
 * Makes a temporary table `people` of a file: place, DP_MSISDN, day, the cells, and why a row is set aside (null where it is not). Numbers
 * of subscribers are judged by the rules of records; of two rows with one key the first counts.
 */
export async function createSubscriberRows(
  { db, from, row }: OpenTable,
  { subscriber, day, cells, second, idForm }: WantedRows,
): Promise<void> {
  const raw = `CAST(${subscriber.own} AS VARCHAR)`;
  const faults = [...faultsSql({ kind: "id" }, raw, "", { date_format: null }), ...day.faults("day")];
  const cases = faults.map(([test, reason]) => `WHEN ${test} THEN ${text(reason)}`).join(" ");
  const list = cells.map((cell) => `, ${cell.sql} AS ${name(cell.name)}`).join("");
  const id = typedCellSql(raw, "id", { empty: "null", date_format: null, id_form: idForm });
  await db.run(`CREATE OR REPLACE TEMP TABLE people AS
    SELECT * EXCLUDE (fault, dayless), CASE WHEN fault IS NOT NULL THEN fault
      WHEN row_number() OVER (PARTITION BY fault IS NULL, DP_MSISDN, day ORDER BY place) > 1 THEN ${text(second)} END AS reason
    FROM (SELECT *, CASE ${cases} END AS fault FROM (
      SELECT ${row} + 1 AS place, ${subscriber.own}, ${id} AS DP_MSISDN, ${day.sql} AS day, ${day.missing ?? "false"} AS dayless${list}
      FROM ${from}))`);
  const forgotten = await readForgotten(db);
  if (!forgotten) return;
  const ids = "SELECT DISTINCT DP_MSISDN AS id FROM people WHERE DP_MSISDN IS NOT NULL";
  await db.run(`UPDATE people SET reason = ${text(IS_FORGOTTEN)} WHERE DP_MSISDN IN (${forgottenSql(ids, forgotten)})`);
}

/** Drops the file that `people` was read from. */
export async function closeSubscriberRows({ db, from, typed }: OpenTable): Promise<void> {
  await db.run(`DROP ${typed ? "VIEW" : "TABLE"} temp.${from}`);
}

/**
 * Counts the rows of `people` that are set aside.
 *
 * @param maxRejects share of the rows that may be
 * @throws ChurnError BAD_INPUT when more are, or all: nothing is stored then
 */
export async function judgeSubscriberRows(
  db: Database,
  { path, rows: all }: Pick<OpenTable, "path" | "rows">,
  { maxRejects, cure }: { maxRejects: number; cure: (reason: string) => string },
): Promise<SubscriberReject[]> {
  const rejects = await db.rows<{ reason: string; rows: number; first: number }>(
    "SELECT reason, count(*) AS rows, min(place) AS first FROM people WHERE reason IS NOT NULL GROUP BY reason ORDER BY rows DESC, reason",
  );
  const faults = rejects.filter(({ reason }) => !NO_FAULTS.includes(reason));
  const sum = (of: typeof rejects) => of.reduce((all, each) => all + each.rows, 0);
  const rejected = sum(faults);
  const rows = all - (sum(rejects) - rejected);
  const [worst] = faults;
  if (worst && (rejected === rows || isTooMany({ rejected, rows }, maxRejects))) {
    throw new ChurnError(
      "BAD_INPUT",
      `${path}: ${shareOf(rejected, rows)} would be set aside, and nothing of it is loaded; most often (${shareOf(worst.rows, rejected)}): ${worst.reason}, first in row ${worst.first}`,
      { hint: `${cure(worst.reason)}${rejected < rows ? "; --max-rejects 1 loads the rest" : ""}` },
    );
  }
  await refuseStrangers(db, path);
  return rejects.map(({ reason, rows, first }) => ({ reason, rows, firstRow: first }));
}

/** @throws ChurnError BAD_INPUT when the log knows nobody of the file: their numbers are written in another way */
async function refuseStrangers(db: Database, path: string): Promise<void> {
  const found = await db.oneRow<{ all: number; known: number; example: string | null; logged: string | null }>(
    `SELECT count(DISTINCT DP_MSISDN) AS all, count(DISTINCT DP_MSISDN) FILTER (DP_MSISDN IN (SELECT DP_MSISDN FROM DP_CDR_Data)) AS known,
      arg_min(DP_MSISDN, place) AS example, (SELECT any_value(DP_MSISDN) FROM DP_CDR_Data) AS logged FROM people WHERE reason IS NULL`,
  );
  if (found.all === 0 || found.known > 0 || found.logged === null) return;
  throw new ChurnError(
    "BAD_INPUT",
    `${path}: none of its ${found.all.toLocaleString("en-US")} subscribers is in the log, and nothing of it is loaded`,
    {
      hint: `subscribers are called ${JSON.stringify(found.example)} there, and ${JSON.stringify(found.logged)} in the log: is it the right column, and are the numbers written in the same way?`,
    },
  );
}

/** What mends a file of which too many rows are set aside for their subscriber. @param option `load.attributes` */
export function cureOfSubscriber(reason: string, option: string): string {
  return reason === REASONS.floatId
    ? "a table program made numbers of the subscribers: export them as texts from where they come"
    : `"${option}.subscriber" names the column of the subscriber`;
}

/** What was set aside, in words: "11 rows have no subscriber (first: row 17)". */
export function rejectWords(rejects: readonly SubscriberReject[]): string[] {
  return rejects.map(({ reason, rows, firstRow }) => {
    const [all, one] = [rows.toLocaleString("en-US"), rows === 1];
    if (reason === NOT_LEFT) return `${all} ${one ? "row has" : "rows have"} no day: not left`;
    const what =
      reason === REASONS.nobody
        ? `${all} ${one ? "row has" : "rows have"} no subscriber`
        : reason.startsWith(SECOND)
          ? `${all} ${one ? "is" : "are"} ${reason.replace("its", one ? "its" : "their")}`
          : `${all} ${one ? "row is" : "rows are"} left out: ${reason}`;
    return `${what} (${one ? "" : "first: "}row ${firstRow})`;
  });
}
