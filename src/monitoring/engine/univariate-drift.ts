import type { MeasureOptions } from "../calculators/fit-calculator.js";
import { univariateCalculator } from "../drift/univariate-calculator.js";
import type { UnivariateOptions } from "../drift/univariate-options.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculator } from "./run-calculator.js";

/**
 * Univariate drift per column, method and chunk, with thresholds from the reference's own chunks.
 *
 * Scores, predictions and labels are columns like any other: `y_pred_proba`, `y_pred` and `y_true`.
 *
 * @example
 * univariateDrift({ reference, analysis, columns: ["tenure", "y_pred_proba"], continuousMethods: ["wasserstein"] }).alerts();
 */
export function univariateDrift(options: UnivariateOptions & MeasureOptions & RunTables): MonitoringResult {
  return runCalculator(univariateCalculator, options);
}
