import { MonitoringResult } from "../monitoring/monitoring-result.js";

/**
 * A result without the chunks that are not done yet: the last one, to which rows may come, and those whose labels are out.
 *
 * Alerts are told once for a chunk, so they must not be judged by half of it.
 */
export function settledChunks(result: MonitoringResult): MonitoringResult {
  const open = result.chunks.findIndex(
    ({ period, targetsMissingRate }, i) =>
      period !== "reference" && ((targetsMissingRate ?? 0) > 0 || i === result.chunks.length - 1),
  );
  if (open < 0) return result;
  const series = result.series.map((each) => ({ ...each, measures: each.measures.slice(0, open) }));
  return new MonitoringResult(result.part, result.chunks.slice(0, open), series, result.fields, result.warnings);
}
