// churn-workbench/monitoring: the monitoring engine, alone on any table, and its charts.
export type { ChunkInfo, Measure, Series } from "../monitoring/calculators/measure.js";
export type { Threshold } from "../monitoring/calculators/threshold.js";
export type { Chunking } from "../monitoring/chunks/chunk.js";
export { type Segment, segmentOf, segmentsOf } from "../monitoring/chunks/segments.js";
export type { MonitoredTable } from "../monitoring/chunks/table.js";
export type { DriftMethod } from "../monitoring/drift/drift-methods.js";
export {
  type AlertCountRank,
  type CorrelationRank,
  rankByAlertCount,
  rankByCorrelation,
} from "../monitoring/drift/rank-columns.js";
export type { UnivariateOptions } from "../monitoring/drift/univariate-options.js";
export type { MonitorConfig } from "../monitoring/engine/config-sections.js";
export { missingValues, outOfRangeValues, unseenValues } from "../monitoring/engine/data-quality.js";
export { domainClassifier } from "../monitoring/engine/domain-classifier.js";
export { estimatePerformance } from "../monitoring/engine/estimate-performance.js";
export { FittedMonitor, fitMonitor, type MonitoringResults } from "../monitoring/engine/fit-monitor.js";
export { monitorConfig } from "../monitoring/engine/monitor-config.js";
export { type NannymlRun, nannymlConfig, readNannymlConfig } from "../monitoring/engine/nannyml-config.js";
export { type RankDriftOptions, rankDrift } from "../monitoring/engine/rank-drift.js";
export { realizedPerformance } from "../monitoring/engine/realized-performance.js";
export { reconstructionDrift } from "../monitoring/engine/reconstruction-drift.js";
export { type EstimateReview, reviewEstimates } from "../monitoring/engine/review-estimates.js";
export { summaryStatistic } from "../monitoring/engine/summary-statistics.js";
export { univariateDrift } from "../monitoring/engine/univariate-drift.js";
export { PERFORMANCE_METRICS, type PerformanceMetric } from "../monitoring/metrics/metrics.js";
export type { PerformanceOptions } from "../monitoring/realized/performance-plan.js";
export { type LongRow, MonitoringResult, type ResultFilter } from "../monitoring/results/monitoring-result.js";
export { type LedgerUpdate, updateLedger } from "../monitoring/results/result-ledger.js";
export { leadChanges } from "../report/column-changes.js";
export { compareChart } from "../report/compare-chart.js";
export { type DistributionChartOptions, distributionChart } from "../report/distribution-chart.js";
export { metricChart } from "../report/metric-chart.js";
export { monitoringReport } from "../report/monitoring-report.js";
export { type Verdict, verdictOf } from "../report/verdict.js";
