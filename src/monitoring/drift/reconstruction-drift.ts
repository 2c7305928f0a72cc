import type { RunOptions, RunTables } from "../parts/fit-part.js";
import { runPart } from "../parts/run-part.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type ReconstructionOptions, reconstructionPart } from "./reconstruction-part.js";

/** Multivariate drift per chunk: the mean error of rows rebuilt from the principal components of the reference. */
export function reconstructionDrift(options: ReconstructionOptions & RunOptions & RunTables): MonitoringResult {
  return runPart(reconstructionPart, options);
}
