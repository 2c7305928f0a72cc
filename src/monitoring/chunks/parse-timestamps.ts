import { ChurnError } from "../../core/errors.js";

/** Points in time, and whether the text said in which zone. */
export interface Timestamps {
  /** Milliseconds since 1970-01-01T00:00 UTC; naive times are taken as if they were UTC; NaN is missing. */
  readonly ms: Float64Array;
  readonly zone: "naive" | "utc";
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * Reads timestamps written in ISO 8601 (`2024-03-05`, `2024-03-05 14:00:00.5`, `2024-03-05T14:00+09:00`).
 *
 * Nothing else is guessed: `03/05/2024` is March in one country and May in the next. Offsets are brought to UTC.
 *
 * @throws BAD_INPUT for any other text, and for a column that has both naive and zoned times
 */
export function parseTimestamps(texts: ArrayLike<string | null | undefined>, name = "timestamp"): Timestamps {
  const ms = new Float64Array(texts.length);
  let naive = -1;
  let zoned = -1;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    if (text === null || text === undefined || text === "") {
      ms[i] = Number.NaN;
      continue;
    }
    const match = ISO.exec(text);
    const time = match ? utc(match) : Number.NaN;
    if (!match || Number.isNaN(time)) {
      throw new ChurnError(
        "BAD_INPUT",
        `column "${name}" is not an ISO 8601 time: ${JSON.stringify(text)} in row ${i}`,
        {
          hint: "write times as 2024-03-05 14:00:00; other orders of day and month are ambiguous",
        },
      );
    }
    ms[i] = time;
    if (match[8]) zoned = i;
    else naive = i;
  }
  if (naive >= 0 && zoned >= 0) {
    throw new ChurnError(
      "BAD_INPUT",
      `column "${name}" mixes times with and without a zone: ${texts[zoned]} in row ${zoned}, ${texts[naive]} in row ${naive}`,
      { hint: "write every time with its offset, or none" },
    );
  }
  return { ms, zone: zoned >= 0 ? "utc" : "naive" };
}

function utc(match: RegExpExecArray): number {
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset] = match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number);
  const date = new Date(Date.UTC(y, mo - 1, d));
  if (y < 100) date.setUTCFullYear(y);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d || h > 23 || mi > 59 || s > 59) return Number.NaN;
  const time = date.getTime() + ((h * 60 + mi) * 60 + s) * 1000 + (fraction ? Number(`0.${fraction}`) * 1000 : 0);
  if (!offset || offset === "Z") return time;
  const digits = offset.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return time - (offset[0] === "-" ? -minutes : minutes) * 60_000;
}
