import { dayOf } from "../core/days.js";
import type { CdrColumn } from "./columns.js";

/**
 * What stands for a missing value, in small letters, wherever a cell holds a number, a day, a truth value or a subscriber: what
 * pandas, databases and spreadsheets write, and the signs that people put there.
 */
export const MISSING_MARKS: readonly string[] = [
  ...["#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "1.#ind", "1.#qnan", "-nan", "nan", "<na>", "n/a", "na", "nat"],
  ...["null", "(null)", "\\n", "none", "-", "?", "."],
];

/** What stands for a missing value among texts, as it is written: what pandas takes for one, and what databases export. */
export const MISSING_TEXTS: readonly string[] = [
  ...["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN", "-NaN", "-nan", "NaN", "nan", "<NA>"],
  ...["N/A", "n/a", "NA", "NaT", "NULL", "null", "(null)", "\\N", "None"],
];

/** What stands for nobody in the place of a subscriber, in small letters. */
export const NOBODY: readonly string[] = ["", ...MISSING_MARKS, "unknown", "anonymous", "undefined"];

/** Characters that the number of a subscriber may have: MySQL's key holds no more. */
export const LONGEST_ID = 255;

/** Counts and amounts from here on, on either side of 0, are faults: nobody has so many in a day, and their sums would not be exact. */
export const TOO_LARGE = 1e12;

/** A number that went through a table program, which may have taken digits off it: 4.9170E+11, 491700000001.0. RE2 reads it, too. */
export const FLOAT_ID = "^[+-]?[0-9]+(\\.[0-9]*|([.,][0-9]+)?[eE]\\+[0-9]+)$";

/** A day with or without a time of day, whose offset does not count: the day is that of the clock that wrote it. RE2 reads it, too. */
export const DAY_FORM =
  "^[0-9]{4}(-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2}([T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]{1,9})?)? ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)?)?$";

/** What labels are called, in small letters. */
export const LABELS: Readonly<Record<string, 0 | 1>> = {
  ...{ "0": 0, "1": 1, "0.0": 0, "1.0": 1, false: 0, true: 1, f: 0, t: 1, no: 0, yes: 1, n: 0, y: 1 },
};

/** Why a cell is set aside, in the words of every way in. */
export const REASONS = {
  nobody: "no subscriber",
  floatId: "a number with a point or an exponent, of which digits may be lost",
  nullCharacter: "a null character",
  longId: `longer than ${LONGEST_ID} characters`,
  noDate: "no date",
  notADate: "not a date YYYY-MM-DD",
  dateRange: "date out of range: before 1970 or in the future",
  label: "label is not 0 or 1",
  empty: "empty",
  notANumber: "not a number",
  negative: "negative",
  tooLarge: "too large",
  notWhole: "not a whole number",
} as const;

/** A value, null where it is missing, or why the cell is none. */
export type CheckedCell = { value: number | string | null } | { reason: string };

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+|inf(inity)?)(e[+-]?\d+)?$/i;
const FLOAT = new RegExp(FLOAT_ID);
const DAY = new RegExp(DAY_FORM);

/**
 * Checks a cell of a record as it came in JSON; `store/record-cell-sql.ts` says the same of texts in SQL.
 *
 * @param today days since 1970-01-01; a record may be a day ahead of it, for other time zones
 */
export function checkCell(
  { kind, negative = false }: Pick<CdrColumn, "kind" | "negative">,
  value: unknown,
  today: number,
): CheckedCell {
  const cell = typeof value === "string" ? value.replace(/^[ \t]+|[ \t]+$/g, "") : value;
  if (kind === "id") return checkId(cell);
  if (kind === "day") return checkDay(cell, today);
  return kind === "label" ? checkLabel(cell) : checkMeasure(cell, kind, negative);
}

function checkId(cell: unknown): CheckedCell {
  if (typeof cell === "number") {
    if (Number.isSafeInteger(cell)) return { value: String(cell) };
    return Number.isInteger(cell) ? { reason: "a number above 2^53: send it as a text" } : { reason: REASONS.floatId };
  }
  if (typeof cell !== "string" || NOBODY.includes(cell.toLowerCase())) return { reason: REASONS.nobody };
  if (FLOAT.test(cell)) return { reason: REASONS.floatId };
  if (cell.includes("\0")) return { reason: REASONS.nullCharacter };
  return [...cell].length > LONGEST_ID ? { reason: REASONS.longId } : { value: cell };
}

function checkDay(cell: unknown, today: number): CheckedCell {
  if (cell === undefined || cell === null || cell === "" || isMark(cell)) return { reason: REASONS.noDate };
  if (typeof cell !== "string" || !DAY.test(cell)) return { reason: REASONS.notADate };
  const text = cell
    .replace(/[T ].*/, "")
    .split(/[-/]/)
    .map((part) => part.padStart(2, "0"))
    .join("-");
  const day = dayOf(text);
  // a day that the month does not have comes out as another one, or as none
  if (Number.isNaN(day) || new Date(day * 86_400_000).toISOString().slice(0, 10) !== text) {
    return { reason: REASONS.notADate };
  }
  return day < 0 || day > today + 1 ? { reason: REASONS.dateRange } : { value: day };
}

function checkLabel(cell: unknown): CheckedCell {
  if (cell === undefined || cell === null || cell === "" || isMark(cell)) return { value: null };
  const text = String(cell).toLowerCase();
  return Object.hasOwn(LABELS, text) ? { value: LABELS[text] } : { reason: REASONS.label };
}

function checkMeasure(cell: unknown, kind: "count" | "amount", negative: boolean): CheckedCell {
  if (cell === undefined || cell === null || isMark(cell)) return { value: null };
  if (cell === "") return { reason: REASONS.empty };
  const number =
    typeof cell === "number" ? cell : typeof cell === "string" && NUMBER.test(cell) ? numberOf(cell) : null;
  if (number === null || Number.isNaN(number)) return { reason: REASONS.notANumber };
  if (number < 0 && !negative) return { reason: REASONS.negative };
  if (Math.abs(number) >= TOO_LARGE) return { reason: REASONS.tooLarge };
  return kind === "amount" || Number.isInteger(number) ? { value: number + 0 } : { reason: REASONS.notWhole };
}

const numberOf = (text: string): number =>
  /inf/i.test(text) ? (text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(text);

const isMark = (cell: unknown): boolean => typeof cell === "string" && MISSING_MARKS.includes(cell.toLowerCase());
