import { ChurnError } from "../../core/errors.js";
import { countTimestamped } from "./order-table.js";
import { type PeriodUnit, periodKey, periodOf, periodStart, periodUnit } from "./period.js";

export type Period = "reference" | "analysis";

/** How to cut a table: by calendar period, by rows a chunk, or into a number of chunks (the default: 10). */
export interface Chunking {
  /** H, D, W, M, Q or Y. */
  readonly period?: string | undefined;
  /** Rows a chunk. */
  readonly size?: number | undefined;
  /** How many chunks; each table is divided by itself. */
  readonly number?: number | undefined;
  /** What becomes of the last rows that do not fill a chunk: a chunk of their own, part of the one before, or nothing. */
  readonly incomplete?: "keep" | "append" | "drop" | undefined;
}

/** A run of rows `from` … `to − 1` of an ordered table, and its name and bounds. */
export interface Chunk {
  readonly key: string;
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly startMs: number | null;
  /** The last moment in the chunk; of a period, the first of the next one. */
  readonly endMs: number | null;
  /** The bounds as NannyML writes them, or null without a time column. */
  readonly startDate: string | null;
  readonly endDate: string | null;
}

// longer holes come from a wrong clock, not from a quiet month: they are reported and not filled
const MAX_GAP = 400;

/**
 * Cuts an ordered table into chunks (sizes, keys and bounds as NannyML's chunkers).
 *
 * @param gaps make an empty chunk for each period without rows, so that a hole is seen; otherwise it is skipped
 */
export function chunkTable(
  table: { rows: number; time: Float64Array | undefined; zone?: "naive" | "utc" | undefined },
  chunking: Chunking,
  options: { gaps?: boolean; warnings?: string[] } = {},
): Chunk[] {
  const given = (["size", "number", "period"] as const).filter((key) => chunking[key] !== undefined);
  if (given.length > 1) {
    throw new ChurnError("BAD_OPTION", `chunking by ${given.join(" and ")} at once`, { hint: "give one of them" });
  }
  if (chunking.period !== undefined) return byPeriod(table, periodUnit(chunking.period), options);
  if (chunking.size !== undefined) {
    return bySize(table, whole("size", chunking.size), chunking.incomplete);
  }
  const number = whole("number", chunking.number ?? 10);
  const size = Math.floor(table.rows / number);
  if (size === 0) {
    throw new ChurnError("BAD_INPUT", `could not split ${table.rows} rows into ${number} chunks`, {
      hint: "use fewer chunks, or more rows",
    });
  }
  return bySize(table, size, chunking.incomplete);
}

function whole(key: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value <= 0) {
    throw new ChurnError("BAD_OPTION", `chunk ${key} is not a whole number above 0: ${JSON.stringify(value)}`);
  }
  return value;
}

type Timed = Parameters<typeof chunkTable>[0];

function bySize(table: Timed, size: number, incomplete: Chunking["incomplete"] = "keep"): Chunk[] {
  const { rows } = table;
  const full = Math.floor(rows / size);
  const bounds = Array.from({ length: full }, (_, i): [number, number] => [i * size, (i + 1) * size]);
  if (rows % size !== 0) {
    if (incomplete === "keep") bounds.push([full * size, rows]);
    else if (incomplete === "append") {
      const last = bounds.at(-1);
      if (!last) {
        throw new ChurnError(
          "BAD_INPUT",
          `could not append ${rows} rows to a full chunk: none of ${size} rows is full`,
        );
      }
      last[1] = rows;
    } else if (incomplete !== "drop") {
      throw new ChurnError("BAD_OPTION", `unknown value for incomplete: ${JSON.stringify(incomplete)}`, {
        hint: "it takes keep, append or drop",
      });
    }
  }
  const { time, zone } = table;
  return bounds.map(([from, to], index) => {
    const last = time ? from + countTimestamped(time.subarray(from, to)) - 1 : 0;
    const startMs = time && last >= from ? time[from] : null;
    const endMs = time && last >= from ? time[last] : null;
    const key = `[${from}:${to - 1}]`;
    return { key, index, from, to, startMs, endMs, startDate: dateText(startMs, zone), endDate: dateText(endMs, zone) };
  });
}

function byPeriod(table: Timed, unit: PeriodUnit, options: { gaps?: boolean; warnings?: string[] }): Chunk[] {
  const { time, zone } = table;
  if (!time) throw new ChurnError("BAD_INPUT", "chunks by period need a timestamp column");
  const rows = countTimestamped(time);
  const chunks: Chunk[] = [];
  const add = (period: number, from: number, to: number) => {
    const startMs = periodStart(period, unit);
    const endMs = periodStart(period + 1, unit);
    const endDate = timeText(endMs - 1000, zone).replace(/(:\d\d)(Z?)$/, "$1.999999999$2");
    const startDate = dateText(startMs, zone);
    chunks.push({ key: periodKey(period, unit), index: chunks.length, from, to, startMs, endMs, startDate, endDate });
  };
  let from = 0;
  let previous: number | undefined;
  while (from < rows) {
    const period = periodOf(time[from], unit);
    const end = periodStart(period + 1, unit);
    const to = firstAtOrAfter(time, end, from, rows);
    if (options.gaps && previous !== undefined) {
      if (period - previous > MAX_GAP) {
        options.warnings?.push(`no rows between ${periodKey(previous, unit)} and ${periodKey(period, unit)}`);
      } else for (let empty = previous + 1; empty < period; empty++) add(empty, from, from);
    }
    add(period, from, to);
    previous = period;
    from = to;
  }
  return chunks;
}

/** The first of ascending times from `low` on that is not before a moment, or `high`. */
function firstAtOrAfter(time: Float64Array, moment: number, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (time[middle] < moment) from = middle + 1;
    else to = middle;
  }
  return to;
}

/** A time as pandas writes it: `2018-01-31 06:27:16.848000`. */
function timeText(ms: number, zone?: "naive" | "utc"): string {
  const whole = Math.floor(ms);
  const text = new Date(whole).toISOString().replace("T", " ").slice(0, 19);
  const micro = Math.floor((ms - Math.floor(ms / 1000) * 1000) * 1000);
  return text + (micro ? `.${String(micro).padStart(6, "0")}` : "") + (zone === "utc" ? "Z" : "");
}

const dateText = (ms: number | null, zone?: "naive" | "utc"): string | null =>
  ms === null ? null : timeText(ms, zone);
