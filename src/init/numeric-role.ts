import { columnSql, type LeftOut } from "./measure.js";
import { type ColumnProfile, isDense, isLength, isNumeric } from "./profile-columns.js";
import { count } from "./words.js";

/** What is known of the other columns when the measures are chosen. */
export interface ColumnRoles {
  subscriber: ColumnProfile;
  time: ColumnProfile;
  /** Other columns with a role: own name → what they are. */
  taken: ReadonlyMap<string, string>;
  grain: "day" | "event";
}

/** Why a column is no measure; undefined where it is one. */
export function whyNoMeasure(
  column: ColumnProfile,
  { subscriber, time, taken, grain }: ColumnRoles,
): string | undefined {
  if (column.own === subscriber.own || column.own === time.own) return "";
  const role = taken.get(column.own);
  if (role) return role;
  if (column.name === "") return "a column without a name";
  if (column.filled === 0) return "empty";
  if (column.distinct === 1) return `the same in every row: ${column.top[0]?.value ?? ""}`;
  if (isLength(column)) return undefined;
  if (!isNumeric(column)) return textReason(column);
  return codeReason(column) ?? (grain === "event" ? eventReason(column) : undefined);
}

/** A number with a sign of money before or behind it. */
const SIGNED = /^[+-]?(\p{Sc}|EUR|USD|GBP|CHF) ?[+-]?\d[\d.,]*$|^[+-]?\d[\d.,]* ?(\p{Sc}|EUR|USD|GBP|CHF|%)$/u;

function textReason(column: ColumnProfile): string {
  const { name, distinct, filled, codes, numbers, clocks, top, spaced, longest, hints } = column;
  const signed = top.filter(({ value }) => SIGNED.test(value));
  if (signed.length > 0.9 * top.length) {
    const sign = signed[0].value.replace(/[\d.,+ -]/g, "");
    return `amounts with a sign, as ${signed[0].value}: CAST(replace(${columnSql(name)}, '${sign}', '') AS DOUBLE) in "measures" makes numbers of them`;
  }
  if (hints.has("code") && distinct > 30) return `a code by its name, ${count(distinct, "value")}`;
  if (codes > 0 && numbers > 0.9 * filled) return "codes: some begin with a zero";
  if (clocks > 0.9 * filled) return "a time of day or a duration in hours and minutes, which has no number";
  if (numbers > 0.5 * filled)
    return `numbers in part only: ${count(filled - numbers, "cell is", "cells are")} something else`;
  if (distinct <= 30)
    return `kinds: ${top
      .slice(0, 4)
      .map(({ value }) => value)
      .join(", ")}${distinct > 4 ? ", …" : ""}`;
  return spaced > 0.5 * filled && longest > 30 ? "texts" : `names or codes, ${count(distinct, "value")}`;
}

/** Numbers that name something, or say where or when. */
function codeReason(column: ColumnProfile): string | undefined {
  const { hints, min, max, whole, numbers, distinct, filled, median } = column;
  if (min === null || max === null) return "no numbers";
  const isMeasured = ["quantity", "money", "duration", "volume"].some((hint) => hints.has(hint as "quantity"));
  const isWhole = whole === numbers;
  if (hints.has("place") && min >= -180 && max <= 180) return "a place: degrees of latitude or longitude";
  if (isWhole && min >= 1900 && max <= 2100 && distinct <= 150 && (hints.has("calendar") || !isMeasured))
    return "years";
  if (isMeasured) return undefined;
  if (hints.has("calendar") && isWhole && min >= 0 && max <= 366) return "a part of the date";
  if (hints.has("code") || hints.has("direction")) return `a code by its name, ${count(distinct, "value")}`;
  if (!isWhole) return isPlace(column) ? "a place by its decimals and its narrow range" : undefined;
  if (distinct > 0.95 * filled && distinct > 100 && isDense(column)) return "a running number, another one in each row";
  const digits = String(max).length;
  if (min >= 10_000 && String(min).length === digits) return `a code: numbers of ${digits} digits`;
  if (min >= 100 && distinct <= 50 && max - min + 1 > 5 * distinct)
    return `a code: ${count(distinct, "value")} between ${min} and ${max}`;
  const middle = median === null || max === min ? 0 : (median - min) / (max - min);
  if (min >= 1 && distinct >= 50 && distinct > 0.9 * (max - min + 1) && middle > 0.4 && middle < 0.6) {
    return `a code: spread evenly over ${min} … ${max}`;
  }
  return undefined;
}

/** Degrees: at least four decimals, and a range that is narrow for its size. */
function isPlace({ min, max, whole, numbers, longest, top }: ColumnProfile): boolean {
  if (min === null || max === null || min < -180 || max > 180 || whole > 0.1 * numbers || longest < 7) return false;
  const size = Math.max(Math.abs(min), Math.abs(max));
  const precise = top.filter(({ value }) => /[.,]\d{4,}$/.test(value)).length;
  return size > 1 && max - min < 0.3 * size && precise > 0.8 * top.length;
}

/** Numbers whose sum over the events of a day says nothing. */
function eventReason({ hints, distinct, whole, numbers }: ColumnProfile): string | undefined {
  if (hints.has("price") && !hints.has("quantity")) return "a price of one piece: its sum over a day says nothing";
  if (hints.has("level") && !hints.has("money")) {
    return `a level or a rate by its name, ${count(distinct, "value")}${whole < numbers ? " with decimals" : ""}: its sum over a day says nothing`;
  }
  return undefined;
}

/** The columns that are no measures, each with its reason; those with a role of their own apart. */
export function leftOut(columns: readonly ColumnProfile[], roles: ColumnRoles): LeftOut[] {
  return columns.flatMap((column) => {
    const reason = whyNoMeasure(column, roles);
    return reason ? [{ name: column.name, reason }] : [];
  });
}
