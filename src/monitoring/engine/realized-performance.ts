import type { MeasureOptions } from "../calculators/fit-calculator.js";
import type { PerformanceOptions } from "../realized/performance-plan.js";
import { realizedCalculator } from "../realized/realized-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculator } from "./run-calculator.js";

/**
 * Realized performance of a binary classifier per chunk: metrics, sampling errors, thresholds and alerts.
 *
 * Rows whose label is not in yet (NaN) are left out of a metric and counted; a chunk that allows no value says why.
 *
 * @example
 * const result = realizedPerformance({ reference, analysis, metrics: ["roc_auc", "f1"], chunking: { period: "W" } });
 * result.filter({ period: "analysis" }).toTable().print();
 */
export function realizedPerformance(options: PerformanceOptions & MeasureOptions & RunTables): MonitoringResult {
  return runCalculator(realizedCalculator, options);
}
