import type { Step, SteppedSeries } from "../charts/stepped-series.js";
import type { ChunkInfo, Measure, Series } from "../monitoring/calculators/measure.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";

/** The series of a result as charts draw them, in their order. */
export function steppedResult(result: MonitoringResult): SteppedSeries[] {
  const places = result.chunks.map((_, i) => placeOf(result.chunks, i));
  return result.series.map((series) => ({
    name: nameOf(result, series),
    dashed: result.calculator === "cbpe",
    steps: stepsOf(places, series.measures),
  }));
}

function nameOf({ calculator }: MonitoringResult, { label, column, columnTitle = column }: Series): string {
  if (calculator === "cbpe") return `Estimated ${label}`;
  if (calculator === "realized") return `Realized ${label}`;
  return columnTitle === undefined ? label : `${label} for ${columnTitle}`;
}

type Place = Pick<Step, "x" | "end" | "middle" | "chunk" | "label" | "period">;

function stepsOf(places: readonly Place[], measures: readonly Measure[]): Step[] {
  const range = rangeOf(measures);
  return measures.map((measure, i) => {
    const band = bandOf(measure, range);
    return {
      ...places[i],
      value: measure.value,
      low: band?.[0] ?? null,
      high: band?.[1] ?? null,
      lower: measure.lowerThreshold,
      upper: measure.upperThreshold,
      alert: measure.alert === true && places[i].period === "analysis",
      n: measure.n,
      note: measure.notComputed ?? measure.note ?? "",
      error: measure.samplingError ?? null,
      realized: measure.realized ?? null,
    };
  });
}

/** What a band may not leave: a share is never above 1, and a distance or a count never below 0. */
function rangeOf(measures: readonly Measure[]): readonly [number, number] {
  let [low, high] = [0, 1];
  for (const { value } of measures) {
    if (value !== null && value < 0) low = Number.NEGATIVE_INFINITY;
    if (value !== null && value > 1) high = Number.POSITIVE_INFINITY;
  }
  return [low, high];
}

/** The confidence band of an estimate, or three standard errors to both sides. */
function bandOf(measure: Measure, [least, most]: readonly [number, number]): readonly [number, number] | null {
  const { value, samplingError, lowerConfidenceBoundary: low, upperConfidenceBoundary: high } = measure;
  if (typeof low === "number" && typeof high === "number") return [low, high];
  if (value === null || typeof samplingError !== "number") return null;
  return [Math.max(least, value - 3 * samplingError), Math.min(most, value + 3 * samplingError)];
}

/** Where a chunk lies on the axis: in time, or in its place where there is none. */
function placeOf(chunks: readonly ChunkInfo[], i: number): Place {
  const { startMs, endMs, startDate, key, period, chunkIndex } = chunks[i];
  const named = { chunk: key, label: startDate?.slice(0, 10) ?? String(chunkIndex), period };
  if (startMs === null || endMs === null) return { x: i, end: i + 1, middle: i + 0.5, ...named };
  const next = chunks[i + 1];
  const follows = next !== undefined && next.startMs !== null && next.period === period;
  const from = Math.trunc(startMs);
  const to = Math.trunc(follows ? (next.startMs ?? endMs) : endMs);
  return { x: iso(from), end: iso(to), middle: iso((from + to) / 2), ...named };
}

const iso = (ms: number): string => new Date(ms).toISOString();
