import type { RunOptions, RunTables } from "../parts/fit-part.js";
import { runPart } from "../parts/run-part.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import type { UnivariateOptions } from "./univariate-options.js";
import { univariatePart } from "./univariate-part.js";

/**
 * Univariate drift per column, method and chunk, with thresholds from the reference's own chunks.
 *
 * Scores, predictions and labels are columns like any other: `y_pred_proba`, `y_pred` and `y_true`.
 *
 * @example
 * univariateDrift({ reference, analysis, columns: ["tenure", "y_pred_proba"], continuousMethods: ["wasserstein"] }).alerts();
 */
export function univariateDrift(options: UnivariateOptions & RunOptions & RunTables): MonitoringResult {
  return runPart(univariatePart, options);
}
