import type { Chart } from "../charts/chart.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import type { EstimateReview } from "../monitoring/engine/review-estimates.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import type { Verdict } from "../report/verdict.js";
import type { AlertOutcome } from "./alerts/alert-desk.js";

/** What monitoring found. */
export interface MonitorResult {
  modelVersion: string;
  /** Is the model still good, since when not, what changed, what to do. */
  verdict: Verdict;
  /** Realized performance; all others are in `results`. */
  performance: MonitoringResult;
  results: MonitoringResults;
  /** Alerts of realized and estimated performance, oldest first. */
  alerts: {
    chunk: string;
    part: "realized" | "cbpe";
    metric: string;
    value: number;
    lowerThreshold: number | null;
    upperThreshold: number | null;
  }[];
  /** Alerts that the sinks received now, and those that a sink refused. */
  told: AlertOutcome;
  /** Estimates beside what came true, where labels are in. */
  reviews: EstimateReview[];
  /** Snapshots of the analysis, and how many of them have a label by now. */
  analysed: number;
  labelled: number;
  /** Chunks that this run computed, and those of them whose labels came in since the last one. */
  computed: string[];
  lateLabels: string[];
  charts: Chart[];
  /** Files that were written. */
  files: string[];
  warnings: readonly string[];
}
