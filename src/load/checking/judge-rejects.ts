import { ChurnError } from "../../core/errors.js";
import { type Database, text } from "../../store/database.js";
import { IS_FORGOTTEN } from "../../store/erase/forgotten.js";
import { ACCIDENTAL, isTooMany, shareOf } from "../../store/too-many-rejects.js";
import type { CleanSummary } from "./clean-rows.js";
import { type DayFit, fitDayFormats, fitOtherUnit } from "./fit-day-formats.js";

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
 * Days and numbers that are read in the wrong way are no matter of share: those that could be read are wrong, too.
 *
 * @param maxRejects share of the rows that may be set aside; a dozen bad rows of a small file are no sign of anything, unless it is 0
 * @throws ChurnError BAD_INPUT with the most frequent reason, its share, and what would cure it
 */
export async function judgeRejects(db: Database, found: CleanSummary, path: string, maxRejects: number): Promise<void> {
  await judgeUnit(db, found, path);
  // who is forgotten is no fault of the file
  const judged = `reason <> ${text(IS_FORGOTTEN)}`;
  const counts = await db.oneRow<{ good: number; bad: number; commas: number; days: number; forgotten: number }>(
    `SELECT (SELECT count(*) FROM clean) AS good, count(*) FILTER (${judged}) AS bad, count(*) FILTER (NOT ${judged}) AS forgotten,
       count(*) FILTER (reason = 'not a number' AND ${DECIMAL_COMMA}) AS commas,
       count(*) FILTER (column_name = 'DP_DATE' AND (reason LIKE 'not a date%' OR reason LIKE 'date out of range%')) AS days FROM bad`,
  );
  const { good, bad, commas, days, forgotten } = counts;
  if (bad === 0) return;
  const rows = found.lines - found.blank - forgotten;
  const fit = days > 0 ? await fitDayFormats(db, found.typed, found.typed.options.date_format) : undefined;
  // a month 13 among ISO days is more likely a slip than the order that nobody writes
  const isGiven = found.typed.options.date_format !== null;
  const isOtherFormat = isGiven && (fit?.formats.some(({ reads }) => reads > fit.cells - days) ?? false);
  const isMisread = found.typed.options.decimal === undefined && commas > COMMAS * rows;
  if (good > 0 && !isOtherFormat && !isMisread && !isTooMany({ rejected: bad, rows }, maxRejects)) return;
  const first = isOtherFormat ? "column_name = 'DP_DATE'" : isMisread ? "reason = 'not a number'" : "false";
  const worst = await db.oneRow<Reason & Record<string, string | number | null>>(
    `SELECT column_name, regexp_replace(reason, '(line|batch) \\d+', '\\1 …') AS reason, count(*) AS rows, arg_min(raw, line) AS raw
     FROM bad WHERE ${judged} GROUP BY ALL ORDER BY count(*) FILTER (${first}) DESC, rows DESC LIMIT 1`,
  );
  const { column_name, reason, raw } = worst;
  const few =
    good === 0 ? `none of ${bad.toLocaleString("en-US")} rows can be used` : `${shareOf(bad, rows)} would be set aside`;
  const isSure = isOtherFormat || isMisread || good === 0 || bad <= ACCIDENTAL;
  throw new ChurnError(
    "BAD_INPUT",
    `${path}: ${few}, and nothing is loaded; most often (${shareOf(worst.rows, bad)}) ${column_name ? `${column_name}${/^(not|neg|emp|too)/.test(reason) ? " is" : ":"} ` : ""}${reason}, as in ${JSON.stringify(raw.slice(0, 120))}`,
    {
      hint: `${cureOf(worst, fit, found.typed.options.decimal)}${isSure ? "" : "; --max-rejects 1 loads the rows that can be read"}`,
    },
  );
}

/** Days that are numbers can be read in a wrong unit, without a fault: milliseconds as seconds are days of 1970. */
async function judgeUnit(db: Database, { typed }: CleanSummary, path: string): Promise<void> {
  const fit = await fitOtherUnit(db, typed);
  if (fit === undefined) return;
  const format = typed.options.date_format;
  throw new ChurnError("BAD_INPUT", `${path}: as ${format} its days lie before 1990, and nothing is loaded`, {
    hint: cureOfDays(fit),
  });
}

/** Whether a line has a cell like 12,5 or 1.234,5: with the comma as the delimiter it stands in quotes. */
const DECIMAL_COMMA = `regexp_matches(raw, '(^|[;\\t|"])\\s*-?\\d{1,3}(\\.?\\d{3})*,\\d+\\s*($|[;\\t|"])')`;

function cureOf({ reason, column_name }: Reason, fit: DayFit | undefined, decimal: string | undefined): string {
  if (reason.startsWith("a second row")) {
    return `is this a log of events? "grain": "event", or --grain event, adds the rows of a subscriber and day up`;
  }
  if (column_name === "DP_DATE") return cureOfDays(fit);
  if (reason === "not a number" || reason === "not a whole number") {
    return decimal === ","
      ? 'numbers with a decimal point are read without reader.decimal: "reader": { "decimal": "." }'
      : 'numbers need a decimal point and no thousands separators; "reader": { "decimal": "," }, or --reader decimal=, reads decimal commas';
  }
  if (reason.startsWith("contradicts")) {
    return "a corrected file takes the place of the one before with --replace-file; another log needs another store, --store.path";
  }
  return "look at the columns that were named, and at the delimiter";
}

function cureOfDays(fit: DayFit | undefined): string {
  const [first, ...others] = fit?.formats ?? [];
  if (!fit || !first) {
    return 'say how the days are written: "date_format": "%d.%m.%Y", or --date-format %d.%m.%Y; also epoch_s, epoch_ms, epoch_us, excel';
  }
  const reads = `${first.reads.toLocaleString("en-US")} of ${fit.cells.toLocaleString("en-US")} days`;
  if (others.length === 0) {
    return `"date_format": "${first.format}", or --date-format "${first.format}", reads ${reads}${fit.evidence ? `: ${fit.evidence}` : ""}`;
  }
  const shown = [first, ...others].map(({ format }) => JSON.stringify(format)).join(" and ");
  return `${shown} read ${reads}, and no day tells which of them is meant: say it with --date-format`;
}
