import { ChurnError } from "../core/errors.js";
import { type Database, text } from "../store/database.js";
import { ACCIDENTAL, isTooMany, shareOf } from "../store/too-many-rejects.js";
import type { CleanSummary } from "./clean-rows.js";

/** Share of rows with a decimal comma above which that is how the file writes its numbers. */
const COMMAS = 0.01;

/** A reason for which rows are set aside, most frequent first. */
interface Reason {
  column_name: string | null;
  reason: string;
  rows: number;
  raw: string;
}

/**
 * Refuses a file of which too many rows would be set aside: it is the wrong one, or read in the wrong way. Nothing is stored of it.
 *
 * @param maxRejects share of the rows that may be set aside; a dozen bad rows of a small file are no sign of anything, unless it is 0
 * @throws ChurnError BAD_INPUT with the most frequent reason, its share, and what would cure it
 */
export async function judgeRejects(db: Database, found: CleanSummary, path: string, maxRejects: number): Promise<void> {
  const counts = await db.row<{ good: number; bad: number; commas: number }>(
    `SELECT (SELECT count(*) FROM clean) AS good, count(*) AS bad, count(*) FILTER (reason = 'not a number' AND ${DECIMAL_COMMA}) AS commas FROM bad`,
  );
  const { good, bad, commas } = counts as NonNullable<typeof counts>;
  const rows = found.lines - found.blank;
  const misread = commas > COMMAS * rows;
  if (bad === 0 || (good > 0 && !misread && !isTooMany({ rejected: bad, rows }, maxRejects))) return;
  const reasons = await db.rows<Reason & Record<string, string | number | null>>(
    `SELECT column_name, regexp_replace(reason, '(line|batch) \\d+', '\\1 …') AS reason, count(*) AS rows, arg_min(raw, line) AS raw
     FROM bad GROUP BY ALL ORDER BY ${misread ? "count(*) FILTER (reason = 'not a number') DESC," : ""} rows DESC LIMIT 1`,
  );
  const worst = reasons[0] as Reason;
  const { column_name, reason, raw } = worst;
  const few =
    good === 0 ? `none of ${bad.toLocaleString("en-US")} rows can be used` : `${shareOf(bad, rows)} would be set aside`;
  throw new ChurnError(
    "BAD_INPUT",
    `${path}: ${few}, and nothing is loaded; most often (${shareOf(worst.rows, bad)}) ${column_name ? `${column_name}${/^(not|neg|emp|too)/.test(reason) ? " is" : ":"} ` : ""}${reason}, as in ${JSON.stringify(raw.slice(0, 120))}`,
    { hint: await cureOf(db, found, worst, misread || good === 0 || bad <= ACCIDENTAL) },
  );
}

/** Whether a line has a cell like 12,5 or 1.234,5: with the comma as the delimiter it stands in quotes. */
const DECIMAL_COMMA = `regexp_matches(raw, '(^|[;\\t|"])\\s*-?\\d{1,3}(\\.?\\d{3})*,\\d+\\s*($|[;\\t|"])')`;

async function cureOf(db: Database, found: CleanSummary, worst: Reason, isSure: boolean): Promise<string> {
  const anyway = isSure ? "" : "; --max-rejects 1 loads the rows that can be read";
  if (worst.reason.startsWith("a second row")) {
    return `is this a log of events? "grain": "event", or --grain event, adds the rows of a subscriber and day up${anyway}`;
  }
  if (worst.column_name === "DP_DATE") {
    const format = await dateFormat(db, found);
    return format
      ? `${format}${anyway}`
      : `say how the days are written: "date_format": "%d.%m.%Y", or --date-format %d.%m.%Y${anyway}`;
  }
  if (worst.reason === "not a number") return "numbers need a decimal point, and no thousands separators";
  if (worst.reason.startsWith("contradicts")) {
    return `a corrected file takes the place of the one before with --replace-file; another log needs another store, --store.path${anyway}`;
  }
  return `look at the columns that were named, and at the delimiter${anyway}`;
}

const DAYS = [
  ...["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y-%m-%d", "%Y%m%d"],
  ...["%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%Y", "%b %d %Y"],
];
const FORMATS = DAYS.flatMap((day) => [day, `${day} %H:%M`, `${day} %H:%M:%S`]);

/** Rows that a format is tried on. */
const TRIED = 1000;

/** What the rows whose day could not be read say of how days are written; undefined where no format reads nearly all. */
async function dateFormat(db: Database, found: CleanSummary): Promise<string | undefined> {
  const lines = `SELECT line FROM bad WHERE column_name = 'DP_DATE' ORDER BY hash(line) LIMIT ${TRIED}`;
  const reads = FORMATS.map((format, index) => {
    const moment = `try_strptime(trim(x), ${text(format)})`;
    return `count(*) FILTER (len(list_filter(f, lambda x: year(${moment}) BETWEEN 1990 AND 2100)) > 0) AS f${index}`;
  });
  const counts = await db.row<Record<string, number>>(
    `SELECT count(*) AS n, ${reads.join(", ")} FROM (${found.cells(lines)})`,
  );
  const n = counts?.n ?? 0;
  const best = Math.max(...FORMATS.map((_, index) => counts?.[`f${index}`] ?? 0));
  if (n === 0 || best < 0.9 * n) return undefined;
  const fitting = FORMATS.filter((_, index) => counts?.[`f${index}`] === best);
  const shown = fitting.map((format) => JSON.stringify(format)).join(" and ");
  return fitting.length === 1
    ? `"date_format": ${shown}, or --date-format ${shown}, reads ${best} of ${n} of these rows`
    : `${shown} read ${best} of ${n} of these rows, and no day tells which of them is meant: say it with --date-format`;
}
