import { CDR_COLUMNS, type CdrColumn } from "../cdr/columns.js";
import { closestMatch } from "../core/closest-match.js";
import { dayOf } from "../core/days.js";
import type { RejectedRow } from "../store/new-batch.js";
import type { Columns } from "../store/read-columns.js";

/** Columns of the legacy system's table that we number ourselves. */
const IGNORED = new Set(["id"]);

const NO_SUBSCRIBER = new Set(["", "null", "nan", "none", "na", "n/a"]);
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const DAY_FORM = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Longest text of a subscriber, and of what is kept of a bad row. */
const LONGEST_ID = 200;
const LONGEST_RAW = 2000;

/** A value, or why it is none. */
type Checked = { value: number | string | null } | { reason: string };

/**
 * Checks records one by one by the rules that a loaded file is held to; good ones become columns, bad ones are set aside.
 *
 * @param today days since 1970-01-01; records may be a day ahead of it, for other time zones
 */
export function checkRecords(
  records: readonly Record<string, unknown>[],
  today: number,
): { columns: Columns; rejects: RejectedRow[] } {
  const given = CDR_COLUMNS.filter(
    ({ name }) => name === "DP_DATE" || name === "DP_MSISDN" || records.some((record) => name in record),
  );
  const good: (number | string | null)[][] = given.map(() => []);
  const rejects: RejectedRow[] = [];
  for (const [index, record] of records.entries()) {
    const line = index + 1;
    const fault = unknownColumn(record) ?? checkRow(record, given, today, (column, value) => good[column]?.push(value));
    if (!fault) continue;
    for (const values of good) values.length = line - 1 - rejects.length;
    const raw = JSON.stringify(record).replaceAll("\0", "").slice(0, LONGEST_RAW);
    rejects.push({ line, ...fault, raw });
  }
  const columns: Columns = {};
  for (const [index, { name, kind }] of given.entries()) {
    const values = good[index] as (number | null)[];
    if (kind === "id") columns[name] = values as unknown as string[];
    else if (kind === "day") columns[name] = Int32Array.from(values as number[]);
    else columns[name] = Float64Array.from(values, (value) => value ?? Number.NaN);
  }
  return { columns, rejects };
}

type Fault = Pick<RejectedRow, "column_name" | "reason">;

function unknownColumn(record: Record<string, unknown>): Fault | undefined {
  for (const key of Object.keys(record)) {
    if (IGNORED.has(key) || CDR_COLUMNS.some(({ name }) => name === key)) continue;
    const shown = key.replaceAll("\0", "").slice(0, 100);
    const near = closestMatch(
      shown,
      CDR_COLUMNS.map(({ name }) => name),
    );
    return { column_name: shown, reason: `no such column${near ? `; did you mean ${near}?` : ""}` };
  }
  return undefined;
}

function checkRow(
  record: Record<string, unknown>,
  columns: readonly CdrColumn[],
  today: number,
  keep: (column: number, value: number | string | null) => void,
): Fault | undefined {
  for (const [index, { name, kind }] of columns.entries()) {
    const checked = CHECKS[kind](record[name], today);
    if ("reason" in checked) return { column_name: name, reason: checked.reason };
    keep(index, checked.value);
  }
  return undefined;
}

const CHECKS: Record<CdrColumn["kind"], (value: unknown, today: number) => Checked> = {
  id(value) {
    const text = typeof value === "string" ? value.trim() : Number.isSafeInteger(value) ? String(value) : "";
    if (NO_SUBSCRIBER.has(text.toLowerCase())) return { reason: "no subscriber" };
    if (text.length > LONGEST_ID) return { reason: `longer than ${LONGEST_ID} characters` };
    return text.includes("\0") ? { reason: "a null character" } : { value: text };
  },
  day(value, today) {
    if (value === undefined || value === null || value === "") return { reason: "no date" };
    const found = typeof value === "string" ? DAY_FORM.exec(value.trim()) : null;
    const text = found ? `${found[1]}-${found[2]}-${found[3]}` : "";
    const day = dayOf(text);
    // a day that the month has not comes out as another one, or as none
    if (!found || Number.isNaN(day) || new Date(day * 86_400_000).toISOString().slice(0, 10) !== text) {
      return { reason: "not a date YYYY-MM-DD" };
    }
    if (day < 0 || day > today + 1) return { reason: "date out of range: before 1970 or in the future" };
    return { value: day };
  },
  count(value) {
    const number = numberOf(value);
    if (typeof number !== "number") return number;
    if (number < 0) return { reason: "negative" };
    if (number > Number.MAX_SAFE_INTEGER) return { reason: "too large" };
    return Number.isInteger(number) ? { value: number } : { reason: "not a whole number" };
  },
  amount(value) {
    const number = numberOf(value);
    if (typeof number !== "number") return number;
    if (number < 0) return { reason: "negative" };
    return number < 1e12 ? { value: number + 0 } : { reason: "too large" };
  },
  label(value) {
    if (value === undefined || value === null || value === "") return { value: null };
    const text = String(value).trim().toLowerCase();
    if (text === "0" || text === "false" || text === "0.0") return { value: 0 };
    if (text === "1" || text === "true" || text === "1.0") return { value: 1 };
    return { reason: "label is not 0 or 1" };
  },
};

/** A number, or what stands in its place. */
function numberOf(value: unknown): number | Checked {
  if (value === undefined || value === null) return { value: null };
  if (typeof value === "number") return value;
  if (typeof value === "string" && value.trim() === "") return { reason: "empty" };
  if (typeof value === "string" && NUMBER.test(value.trim())) return Number(value);
  return { reason: "not a number" };
}
