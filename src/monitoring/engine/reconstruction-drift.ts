import type { MeasureOptions } from "../calculators/fit-calculator.js";
import { type ReconstructionOptions, reconstructionCalculator } from "../drift/reconstruction-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculator } from "./run-calculator.js";

/** Multivariate drift per chunk: the mean error of rows rebuilt from the principal components of the reference. */
export function reconstructionDrift(options: ReconstructionOptions & MeasureOptions & RunTables): MonitoringResult {
  return runCalculator(reconstructionCalculator, options);
}
