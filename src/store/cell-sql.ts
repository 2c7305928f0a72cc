import { MISSING_MARKS, MISSING_TEXTS } from "../cdr/cell-rules.js";
import { ChurnError } from "../core/errors.js";
import { firstLineOf } from "../core/fault.js";
import { type Database, text } from "./database.js";
import { NUMBER_DAYS } from "./day-cell-sql.js";

// lists, since DuckDB makes a join of a long IN, and a join does not keep the order of the rows
const MARKS = `[${MISSING_MARKS.map(text).join(", ")}]`;
const TEXTS = `[${MISSING_TEXTS.map(text).join(", ")}]`;

/** SQL for whether a trimmed cell of numbers, days, truth values or subscribers says that its value is missing. */
export const isMarkSql = (cell: string): string => `list_contains(${MARKS}, lower(${cell}))`;

/** SQL for whether a trimmed cell among texts says that its value is missing. */
export const isMissingTextSql = (cell: string): string => `list_contains(${TEXTS}, ${cell})`;

/** SQL for the number that a cell is, null where it is none; DuckDB's own cast takes `1_000` and `+-5`, too. */
export const numberCastSql = (cell: string): string =>
  `CASE WHEN NOT contains(${cell}, '_') AND NOT contains(${cell}, '+-') THEN TRY_CAST(${cell} AS DOUBLE) END`;

/** SQL for the text of a number with a decimal point and no groups, as a cast takes it; a number that is written otherwise becomes none. */
export function pointNumberSql(
  cell: string,
  { decimal = ".", thousands }: { decimal?: "." | "," | undefined; thousands?: string | undefined },
): string {
  const bare = thousands ? `replace(${cell}, ${text(thousands)}, '')` : cell;
  if (decimal === ".") return bare;
  return thousands === "."
    ? `replace(${bare}, ',', '.')`
    : `CASE WHEN contains(${cell}, '.') THEN 'a point' ELSE replace(${bare}, ',', '.') END`;
}

/**
 * Checks a format of days before the work begins.
 *
 * @param option what the user calls it: `--date-format`
 * @throws ChurnError BAD_OPTION for what strptime does not know
 */
export async function checkDateFormat(db: Database, format: string, option: string): Promise<void> {
  if (NUMBER_DAYS.includes(format)) return;
  await db.run(`SELECT try_strptime('', ${text(format)})`).catch((cause: unknown) => {
    const why = firstLineOf(cause).replace(/^.*?: /, "");
    throw new ChurnError("BAD_OPTION", `option "${option}" cannot be ${JSON.stringify(format)}: ${why}`, {
      cause,
      hint: `it takes a format of strptime, as %d.%m.%Y or %Y%m%d, or one of ${NUMBER_DAYS.join(", ")}`,
    });
  });
}

/** Checks the name of a time zone. @throws ChurnError BAD_OPTION for one that is not known */
export async function checkTimeZone(db: Database, zone: string, option: string): Promise<void> {
  await db.run(`SELECT now() AT TIME ZONE ${text(zone)}`).catch((cause: unknown) => {
    throw new ChurnError("BAD_OPTION", `option "${option}" cannot be ${JSON.stringify(zone)}: no such time zone`, {
      cause,
      hint: "it takes a name as Europe/Berlin or UTC",
    });
  });
}
