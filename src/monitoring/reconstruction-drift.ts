import type { MonitoringResult } from "./monitoring-result.js";
import { type ReconstructionOptions, reconstructionPart } from "./reconstruction-part.js";
import { type RunOptions, type RunTables, runPart } from "./run-part.js";

/** Multivariate drift per chunk: the mean error of rows rebuilt from the principal components of the reference. */
export function reconstructionDrift(options: ReconstructionOptions & RunOptions & RunTables): MonitoringResult {
  return runPart(reconstructionPart, options);
}
