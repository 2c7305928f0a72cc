import type { ChunkInfo, Measure, Series } from "../monitoring/calculators/measure.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { median } from "../statistics/median.js";

/** A chunk of the analysis with the measure of a series. */
export interface At {
  readonly chunk: ChunkInfo;
  readonly measure: Measure;
}

/** The chunks of the analysis, with the measures of a series. */
export function chunksOf(result: MonitoringResult, series: Series): At[] {
  return series.measures.flatMap((measure, i) => {
    const chunk = result.chunks[i];
    return chunk.period === "analysis" ? [{ chunk, measure }] : [];
  });
}

// a chunk this much smaller than the usual one leads nothing: a row with a wrong date, a day that has only begun
const SMALL = 0.1;
// labels that come late are not a sample of all
const MOST_MISSING = 0.02;

/**
 * The chunks of the analysis that a series is judged by: without those that hold next to no rows, and of what is counted by label
 * only those whose labels are in, as far as those of the reference are.
 */
export function judgedChunks(result: MonitoringResult, series: Series, needsLabels: boolean): At[] {
  const shares = result.chunks.flatMap(({ period, rows }, i) =>
    period === "reference" && rows > 0 ? [series.measures[i].n / rows] : [],
  );
  const whole = (1 - MOST_MISSING) * (median(shares) ?? 1);
  const least = SMALL * usualRows(result);
  return chunksOf(result, series).filter(
    ({ chunk, measure }) =>
      chunk.rows >= least &&
      chunk.rows > 0 &&
      (!needsLabels || measure.value === null || measure.n >= whole * chunk.rows),
  );
}

/** Chunks of the analysis with next to no rows, which are told and not judged. */
export function smallChunks(result: MonitoringResult): ChunkInfo[] {
  const least = SMALL * usualRows(result);
  return result.chunks.filter(({ period, rows }) => period === "analysis" && rows > 0 && rows < least);
}

/** Median rows of the chunks of the analysis. */
export function usualRows({ chunks }: MonitoringResult): number {
  return median(chunks.flatMap(({ period, rows }) => (period === "analysis" && rows > 0 ? [rows] : []))) ?? 0;
}
