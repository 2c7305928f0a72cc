import type { MeasureOptions, RunTables } from "../calculators/fit-calculator.js";
import { type ReconstructionOptions, reconstructionPart } from "../drift/reconstruction-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { runPart } from "./run-calculator.js";

/** Multivariate drift per chunk: the mean error of rows rebuilt from the principal components of the reference. */
export function reconstructionDrift(options: ReconstructionOptions & MeasureOptions & RunTables): MonitoringResult {
  return runPart(reconstructionPart, options);
}
