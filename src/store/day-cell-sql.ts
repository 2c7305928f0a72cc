import { text } from "./database.js";

/** Days that are numbers: seconds, milliseconds or microseconds since 1970 (UTC), or the day number of a table program. */
export const NUMBER_DAYS: readonly string[] = ["epoch_s", "epoch_ms", "epoch_us", "excel"];

/** Number of a second in the unit of an epoch. */
const UNITS: Readonly<Record<string, number>> = { epoch_s: 1, epoch_ms: 1e3, epoch_us: 1e6 };

/** Seconds that DuckDB can make a time of, years 0 … 9999 and a bit. */
const SECONDS = "-60000000000 AND 250000000000";

/**
 * SQL for the moment of a trimmed cell that is written in a format, on the clock that counts: null where it does not fit.
 *
 * @param format of strptime, or of `NUMBER_DAYS`
 * @param zone in whose clock an instant is told; null: the clock that wrote it, of an epoch UTC
 */
export function momentSql(cell: string, format: string, zone: string | null): string {
  const unit = UNITS[format];
  if (unit) {
    const seconds = `try_cast(${cell} AS DOUBLE) / ${unit}`;
    const instant = `to_timestamp(CASE WHEN ${seconds} BETWEEN ${SECONDS} THEN ${seconds} END)`;
    return `(${instant} AT TIME ZONE ${text(zone ?? "UTC")})`;
  }
  // its day 1 is 1900-01-01, and it has a 29 February in that year
  if (format === "excel") {
    const days = `try_cast(${cell} AS DOUBLE)`;
    return `(TIMESTAMP '1899-12-30' + to_microseconds(CAST(round(CASE WHEN ${days} BETWEEN 61 AND 2958465.999 THEN ${days} END * 86400) AS BIGINT) * 1000000))`;
  }
  const time = `try_strptime(${cell}, ${text(format)})`;
  if (!/%[zZ]/.test(format)) return time;
  if (zone) return `(${time} AT TIME ZONE ${text(zone)})`;
  return `((${time} AT TIME ZONE 'UTC') + ${offsetOf(cell)})`;
}

/** SQL for the day of a trimmed cell that is written in a format; null where it does not fit. */
export function formattedDaySql(cell: string, format: string, zone: string | null): string {
  return `CAST(${momentSql(cell, format, zone)} AS DATE)`;
}

/** An offset from UTC behind a time of day. */
const OFFSET = "[ T]\\d{1,2}:?\\d{2}(?::?\\d{2}(?:[.,]\\d+)?)? ?([+-])(\\d{2}):?(\\d{2})?$";

/** SQL for the offset from UTC that a cell names, as an interval: 0 where it names none. */
function offsetOf(cell: string): string {
  const part = (group: number) => `regexp_extract(${cell}, '${OFFSET}', ${group})`;
  const minutes = `coalesce(60 * try_cast(${part(2)} AS INTEGER), 0) + coalesce(try_cast(${part(3)} AS INTEGER), 0)`;
  return `to_minutes(CASE ${part(1)} WHEN '-' THEN -1 ELSE 1 END * (${minutes}))`;
}

/** A text of a moment with an offset, or with Z or UTC behind it. */
const INSTANT = "^[0-9/-]+[T ][0-9:]+([.,][0-9]+)? ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$";

/** A branch of CASE for the day of an instant, a moment with an offset, on the clock of a zone. */
export function offsetDaySql(cell: string, zone: string): string {
  const [test, moment] = offsetMomentSql(cell, zone);
  return `WHEN ${test} THEN CAST(${moment} AS DATE)`;
}

/** SQL for whether a cell is an instant, and for its moment on the clock of a zone. */
export function offsetMomentSql(cell: string, zone: string): [test: string, moment: string] {
  const wall = `try_cast(replace(regexp_extract(${cell}, '^[0-9/-]+[T ][0-9:]+'), 'T', ' ') AS TIMESTAMP)`;
  const moment = `((${wall} - ${offsetOf(cell)}) AT TIME ZONE 'UTC') AT TIME ZONE ${text(zone)}`;
  return [`regexp_matches(${cell}, ${text(INSTANT)})`, moment];
}
