import type { ChunkInfo, Measure, Series } from "../monitoring/calculators/measure.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";

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

/** The start of the run of alerts that reaches the last three chunks; single quiet chunks do not end it. */
export function lastRun(chunks: readonly At[]): At | null {
  const alerts = chunks.flatMap(({ measure }, i) => (measure.alert ? [i] : []));
  const last = alerts.at(-1);
  if (last === undefined || last < chunks.length - 3) return null;
  let first = last;
  for (const i of alerts.slice(0, -1).reverse()) {
    if (first - i > 2) break;
    first = i;
  }
  // one alert long after the others is chance more often than not
  return last === first && chunks.length > 3 && last !== chunks.length - 1 ? null : chunks[first];
}

/** Whether a series of a result alerts to the end. */
export const isPresent = (result: MonitoringResult): boolean =>
  result.series.some((series) => lastRun(chunksOf(result, series)) !== null);
