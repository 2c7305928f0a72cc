import { dayOf } from "../core/days.js";
import type { ChunkInfo } from "../monitoring/calculators/measure.js";
import { type PeriodUnit, periodKey, periodOf, periodStart } from "../monitoring/chunks/period.js";
import type { SnapshotDay } from "./read-predictions.js";
import type { KeptRow } from "./stored-results.js";

const DAY = 86_400_000;

/** What a run has to measure, and what it keeps. */
export interface ChangePlan {
  /** First day to measure, or null when nothing is new. */
  from: string | null;
  /** Rows of chunks before that day; all of them when nothing is new. */
  keep: KeptRow[];
  /** Chunks that are new or changed, and those whose labels came in. */
  computed: string[];
  late: string[];
  labels: (chunk: ChunkInfo) => number;
}

/**
 * Compares the snapshots of today with the results that are kept: from the first chunk on that is new, has other rows or
 * other labels, everything is measured again; what lies before stays.
 *
 * @param unit of the chunks; null for chunks of a number of rows, which move with every row
 */
export function planUpdate(
  days: readonly SnapshotDay[],
  kept: readonly KeptRow[],
  unit: PeriodUnit | null,
): ChangePlan {
  const first = days[0]?.day ?? null;
  if (!unit) return { from: first, keep: [], computed: [], late: [], labels: (chunk) => labelsWithin(days, chunk) };
  const chunks = new Map<string, { rows: number; labels: number; start: number }>();
  for (const { day, rows, labels } of days) {
    const period = periodOf(dayOf(day) * DAY, unit);
    const key = periodKey(period, unit);
    const chunk = chunks.get(key) ?? { rows: 0, labels: 0, start: periodStart(period, unit) };
    chunks.set(key, { ...chunk, rows: chunk.rows + rows, labels: chunk.labels + labels });
  }
  const known = new Map(kept.filter((row) => row.chunk_period === "analysis").map((row) => [row.chunk_key, row]));
  const keys = [...chunks.keys()];
  const same = (key: string) => {
    const [now, before] = [chunks.get(key), known.get(key)];
    return now?.rows === before?.chunk_rows && now?.labels === before?.chunk_labels;
  };
  const gone = [...known.values()].some((row) => row.chunk_rows > 0 && !chunks.has(row.chunk_key));
  const changed = keys.filter((key) => gone || !same(key));
  const labels = (chunk: ChunkInfo) =>
    chunk.period === "reference" ? chunk.rows : (chunks.get(chunk.key)?.labels ?? 0);
  if (changed.length === 0) return { from: null, keep: [...kept], computed: [], late: [], labels };
  // the chunk before is measured again too, so that a hole between the two is seen
  const at = Math.max(0, keys.indexOf(changed[0]) - 1);
  const start = [...chunks.values()][at].start;
  const from = new Date(start).toISOString().slice(0, 10);
  return {
    from,
    keep: gone ? [] : kept.filter((row) => row.chunk_period === "analysis" && (row.chunk_start_date ?? "") < from),
    computed: changed,
    late: changed.filter((key) => (known.get(key)?.chunk_labels ?? Infinity) < (chunks.get(key)?.labels ?? 0)),
    labels,
  };
}

function labelsWithin(days: readonly SnapshotDay[], { period, rows, startMs, endMs }: ChunkInfo): number {
  if (period === "reference") return rows;
  const within = days.filter(({ day }) => dayOf(day) * DAY >= (startMs ?? 0) && dayOf(day) * DAY <= (endMs ?? 0));
  return within.reduce((sum, { labels }) => sum + labels, 0);
}
