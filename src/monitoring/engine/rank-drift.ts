import {
  type AlertCountRank,
  type CorrelationRank,
  rankByAlertCount,
  rankByCorrelation,
} from "../drift/rank-columns.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import type { MonitoringResults } from "./fit-monitor.js";

/** How columns are ranked. */
export interface RankDriftOptions {
  /** By their alerts (default), or by how their drift goes with a metric. */
  readonly method?: "alert_count" | "correlation" | undefined;
  /** The metric that drift is held against; by default the first of realized, else of estimated performance. */
  readonly metric?: string | undefined;
  /** Leave out columns without an alert. */
  readonly onlyDrifting?: boolean | undefined;
}

/**
 * Ranks the columns of a run: by alerts, or by how their drift goes with a metric; null without univariate drift.
 *
 * @example
 * rankDrift(await monitor.measure(analysis), { method: "correlation", metric: "roc_auc", onlyDrifting: true });
 */
export function rankDrift(
  results: MonitoringResults,
  { method = "alert_count", metric, onlyDrifting = false }: RankDriftOptions = {},
): (AlertCountRank | CorrelationRank)[] | null {
  const { univariate, realized, cbpe } = results;
  if (!univariate) return null;
  const drift = oneMethodEach(univariate);
  if (method === "alert_count") return rankByAlertCount(drift, { onlyDrifting });
  const performance = realized ?? cbpe;
  const chosen = metric ?? performance?.series[0]?.metric;
  if (!performance || !chosen) return null;
  const one = performance.filter({ metrics: chosen });
  return rankByCorrelation(drift, one, one.filter({ period: "reference" }), { onlyDrifting });
}

/** The result with the first method of each type of column. */
function oneMethodEach(result: MonitoringResult): MonitoringResult {
  const first = (type: string) => result.series.find(({ columnType }) => columnType === type)?.metric;
  const kept = { continuous: first("continuous"), categorical: first("categorical") };
  return result.select(({ columnType, metric }) => columnType === undefined || kept[columnType] === metric);
}
