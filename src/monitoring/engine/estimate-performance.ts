import type { MeasureOptions } from "../calculators/fit-calculator.js";
import { cbpeCalculator } from "../estimated/cbpe-calculator.js";
import type { PerformanceOptions } from "../realized/performance-plan.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculator } from "./run-calculator.js";

/**
 * Estimates the performance of a binary classifier per chunk from its scores alone (CBPE): no label of the analysis is
 * needed. Where labels are in, what came true stands beside the estimate as `realized`.
 *
 * The estimate holds while scores are as well calibrated as in the reference: it sees that other people are scored, not
 * that people changed. The band is ± 3 standard errors: the chance of the labels, and what the reference leaves unknown
 * of its own calibration, which grows as the scores move away from it.
 *
 * @example
 * estimatePerformance({ reference, analysis, metrics: ["roc_auc", "f1"], chunking: { period: "M" } }).alerts();
 */
export function estimatePerformance(options: PerformanceOptions & MeasureOptions & RunTables): MonitoringResult {
  return runCalculator(cbpeCalculator, options);
}
