import { ChurnError } from "../../core/errors.js";
import type { MonitoringResult } from "../results/monitoring-result.js";

/** An estimate and what came true, once labels are in. */
export interface EstimateReview {
  chunkKey: string;
  metric: string;
  estimated: number;
  realized: number;
  /** Realized less estimated. */
  error: number;
  /** The error in standard errors of the estimate; within ± 3 is what the band promises. */
  errorInStandardErrors: number | null;
  withinBand: boolean;
}

/**
 * Holds estimates (CBPE) against what came true, for every chunk of the analysis whose labels are in by now.
 *
 * Estimates that miss their band again and again say that scores are not calibrated any more: people changed.
 *
 * @param estimated a result of `estimatePerformance` on rows whose labels are in, as far as they are
 */
export function reviewEstimates(estimated: MonitoringResult): EstimateReview[] {
  if (estimated.calculator !== "cbpe") {
    throw new ChurnError("BAD_OPTION", `a result of ${estimated.calculator} holds no estimates`, {
      hint: "give the result of estimatePerformance",
    });
  }
  return estimated.series.flatMap(({ metric, measures }) =>
    measures.flatMap(({ value, realized, lowerConfidenceBoundary: low, upperConfidenceBoundary: high }, i) => {
      const chunk = estimated.chunks[i];
      if (chunk?.period !== "analysis" || value === null || typeof realized !== "number") return [];
      const error = realized - value;
      // the side that was not cut at the end of the metric's range tells the standard error
      const width = Math.max((high ?? value) - value, value - (low ?? value)) / 3;
      const within =
        low !== null && low !== undefined && high !== null && high !== undefined && realized >= low && realized <= high;
      return [
        {
          chunkKey: chunk.key,
          metric,
          estimated: value,
          realized,
          error,
          errorInStandardErrors: width > 0 ? error / width : null,
          withinBand: within,
        },
      ];
    }),
  );
}
