import type { RunOptions, RunTables } from "../parts/fit-part.js";
import { runPart } from "../parts/run-part.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import type { PerformanceOptions } from "./performance-metrics.js";
import { realizedPart } from "./realized-part.js";

/**
 * Realized performance of a binary classifier per chunk: metrics, sampling errors, thresholds and alerts.
 *
 * Rows whose label is not in yet (NaN) are left out of a metric and counted; a chunk that allows no value says why.
 *
 * @example
 * const result = realizedPerformance({ reference, analysis, metrics: ["roc_auc", "f1"], chunking: { period: "W" } });
 * result.filter({ period: "analysis" }).toTable().print();
 */
export function realizedPerformance(options: PerformanceOptions & RunOptions & RunTables): MonitoringResult {
  return runPart(realizedPart, options);
}
