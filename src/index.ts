export { CDR_COLUMNS, type CdrColumn, type ColumnKind, MEASURES } from "./cdr/columns.js";
export { sampleCsv } from "./cdr/sample/sample-csv.js";
export { sampleDays } from "./cdr/sample/sample-days.js";
export { SAMPLE_START, type SampleOptions } from "./cdr/sample/sample-options.js";
export { SCENARIOS, type Scenario } from "./cdr/sample/scenario.js";
export type { SampleBlock } from "./cdr/sample/write-day.js";
export { barChart, importanceChart } from "./charts/bar-chart.js";
export { calibrationChart } from "./charts/calibration-chart.js";
export { type Chart, JUPYTER_DISPLAY, type MimeBundle, type VegaLiteSpec } from "./charts/chart.js";
export { confusionChart } from "./charts/confusion-chart.js";
export { dailyChart } from "./charts/daily-chart.js";
export { gainsChart } from "./charts/gains-chart.js";
export { histogramChart } from "./charts/histogram-chart.js";
export { liftChart } from "./charts/lift-chart.js";
export { lineChart } from "./charts/line-chart.js";
export { type PlotlyFigure, plotlyChart } from "./charts/plotly-chart.js";
export { precisionRecallChart } from "./charts/precision-recall-chart.js";
export { rocChart } from "./charts/roc-chart.js";
export type { TableInput } from "./charts/table-head.js";
export { type TableView, type TableViewOptions, tableView } from "./charts/table-view.js";
export { vegaChart } from "./charts/vega-chart.js";
export { configure, type Settings, type SettingsInput } from "./config/configure.js";
export { settingsTable } from "./config/settings-table.js";
export { ChurnError, type ErrorCode } from "./core/errors.js";
export type { OnProgress, Progress, StageContext } from "./core/progress.js";
export { type Random, random } from "./core/random.js";
export { type DownloadResult, download } from "./download/download.js";
export { findManifest, type Manifest } from "./download/manifest.js";
export { type DownloadOptions, type DownloadSettings, downloadOptions } from "./download/options.js";
export type { DailyTable } from "./eda/by-day.js";
export type { RateGroup } from "./eda/churn-rates.js";
export { type Correlation, pearson, spearman } from "./eda/correlation.js";
export { type DataFrame, type DataSeries, dataFrame, type GroupedFrame } from "./eda/data-frame.js";
export { type CorrelationRow, type Exploration, type ExplorationCharts, explore } from "./eda/explore.js";
export { type EdaOptions, type EdaSettings, edaOptions } from "./eda/options.js";
export type { ColumnSummary } from "./eda/summarize.js";
export { buildFeatures, type FeatureResult } from "./features/build-features.js";
export {
  type Feature,
  type FeaturePlan,
  planFeatures,
  planHash,
  type UsageMeasure,
} from "./features/feature-plan.js";
export type { FeatureOptions } from "./features/options.js";
export { type FitBoostingOptions, fitBoosting } from "./forest/boosting/fit-boosting.js";
export { type PartialDependence, partialDependence } from "./forest/explain/partial-dependence.js";
export {
  type PermutationImportance,
  type PermutationOptions,
  permutationImportance,
} from "./forest/explain/permutation-importance.js";
export { type ShapValues, shapValues } from "./forest/explain/tree-shap.js";
export { type FitOptions, fitForest } from "./forest/grow/fit-forest.js";
export { type OutOfBag, outOfBag } from "./forest/grow/out-of-bag.js";
export type { BinnedMatrix, ColumnBins } from "./forest/loops/binned-matrix.js";
export { bin } from "./forest/matrix/bin.js";
export { type ArqueroTable, fromArquero } from "./forest/matrix/from-arquero.js";
export type { CategoricalColumn, FeatureColumn, Matrix } from "./forest/matrix/matrix.js";
export { type Labels, toLabels, toMatrix } from "./forest/matrix/to-matrix.js";
export { type BinnedRows, Forest } from "./forest/model/forest.js";
export { type OnnxOptions, toOnnx } from "./forest/onnx/to-onnx.js";
export type { BoostingOptions, BoostingSettings } from "./forest/trees/boosting-options.js";
export type { ForestOptions, ForestSettings } from "./forest/trees/forest-options.js";
export type { Trees } from "./forest/trees/tree.js";
export { clearOutput, display, displayRaw, type LiveDisplay, liveDisplay } from "./kernel/display.js";
export { type LiveLine, type LiveLineOptions, liveLineChart } from "./kernel/live-line-chart.js";
export { progressDisplay } from "./kernel/progress-display.js";
export { load } from "./load/load.js";
export type { LoadResult } from "./load/load-file.js";
export type { LoadOptions } from "./load/options.js";
export type { ChunkInfo, Measure, Series } from "./monitoring/calculators/measure.js";
export type { Threshold } from "./monitoring/calculators/threshold.js";
export type { Chunking } from "./monitoring/chunks/chunk.js";
export { type Segment, segmentOf, segmentsOf } from "./monitoring/chunks/segments.js";
export type { MonitoredTable } from "./monitoring/chunks/table.js";
export {
  type AlertCountRank,
  type CorrelationRank,
  rankByAlertCount,
  rankByCorrelation,
} from "./monitoring/drift/rank-columns.js";
export type { DriftMethod, UnivariateOptions } from "./monitoring/drift/univariate-options.js";
export { missingValues, outOfRangeValues, unseenValues } from "./monitoring/engine/data-quality.js";
export { domainClassifier } from "./monitoring/engine/domain-classifier.js";
export { estimatePerformance } from "./monitoring/engine/estimate-performance.js";
export { FittedMonitor, fitMonitor, type MonitoringResults } from "./monitoring/engine/fit-monitor.js";
export { type MonitorConfig, monitorConfig } from "./monitoring/engine/monitor-config.js";
export { type NannymlRun, nannymlConfig, readNannymlConfig } from "./monitoring/engine/nannyml-config.js";
export { rankDrift } from "./monitoring/engine/rank-drift.js";
export { realizedPerformance } from "./monitoring/engine/realized-performance.js";
export { reconstructionDrift } from "./monitoring/engine/reconstruction-drift.js";
export { type EstimateReview, reviewEstimates } from "./monitoring/engine/review-estimates.js";
export { summaryStatistic } from "./monitoring/engine/summary-statistics.js";
export { univariateDrift } from "./monitoring/engine/univariate-drift.js";
export {
  PERFORMANCE_METRICS,
  type PerformanceMetric,
  type PerformanceOptions,
} from "./monitoring/realized/performance-metrics.js";
export { type LongRow, MonitoringResult, type ResultFilter } from "./monitoring/results/monitoring-result.js";
export { type LedgerUpdate, updateLedger } from "./monitoring/results/result-ledger.js";
export { type ExportHtmlOptions, exportHtml } from "./notebook/export-html.js";
export { startKernel } from "./notebook/kernel-process.js";
export { runNotebook } from "./notebook/run-notebook.js";
export type { NotebookProgress, NotebookRun, RunNotebookOptions } from "./notebook/run-options.js";
export { compareChart } from "./report/compare-chart.js";
export { type DistributionChartOptions, distributionChart } from "./report/distribution-chart.js";
export { metricChart } from "./report/metric-chart.js";
export { monitoringReport } from "./report/monitoring-report.js";
export { performanceChart } from "./report/performance-chart.js";
export { leadChanges, type Verdict, verdictOf } from "./report/verdict.js";
export type { ScoreOptions } from "./scoring/options.js";
export { type ScoreResult, score } from "./scoring/score.js";
export { type WhyAtRiskOptions, whyAtRisk } from "./scoring/why-at-risk.js";
export { wilsonInterval } from "./statistics/wilson-interval.js";
export { checkStore, type StoreCheck, type StoreCheckResult } from "./store/check-store.js";
export { type MigrateResult, migrateStore } from "./store/migrate-store.js";
export type { BatchRows, CommittedBatch, LateLabels, NewBatch, RejectedRow } from "./store/new-batch.js";
export { openStore, type Store } from "./store/open-store.js";
export type { StoreOptions } from "./store/options.js";
export type { ProcessLock } from "./store/process-lock.js";
export { dailySummary } from "./store/read-daily-summary.js";
export type { StreamOptions } from "./stream/options.js";
export { type StreamContext, type StreamResult, stream } from "./stream/stream.js";
export type { StreamBatch } from "./stream/stream-ledger.js";
export { type StreamProcess, streamProcess } from "./stream/stream-process.js";
export { type CrossValidateTable, type CrossValidation, crossValidateTable } from "./tables/cross-validate-table.js";
export { type ExplainedTable, type ExplainTable, explainTable } from "./tables/explain-table.js";
export { type FittedTable, fitTable } from "./tables/fit-table.js";
export { fromDuckDB, type QueryResult } from "./tables/from-duckdb.js";
export type { TableRoles, TreeOptions } from "./tables/options.js";
export { type PredictedTable, type PredictTable, predictTable } from "./tables/predict-table.js";
export { loadModel, saveModel } from "./training/artifact.js";
export { checkGate, type Gate, requireGate } from "./training/check-gate.js";
export { ChurnModel, type ModelFacts, type ModelReport } from "./training/churn-model.js";
export type { Dataset } from "./training/dataset.js";
export type { Estimate, Metrics } from "./training/evaluate.js";
export { type Explanation, explainRows, explanationChart, type Reason } from "./training/explain-rows.js";
export type { FeatureImportance } from "./training/importances.js";
export type { MetricName } from "./training/metric-name.js";
export { type TrainOptions, type TrainSettings, trainOptions } from "./training/options.js";
export type { Baseline } from "./training/report/baseline-table.js";
export { modelCard } from "./training/report/model-card.js";
export type { SegmentRow } from "./training/report/segment-table.js";
export type { TrainCharts } from "./training/report/train-charts.js";
export { rocAuc } from "./training/roc-auc.js";
export { type Scores, scoreDataset } from "./training/score-dataset.js";
export { type ScoredFile, type ScoreFileOptions, scoreFile } from "./training/score-file.js";
export type { SearchRow } from "./training/search-grid.js";
export { folderMemory, type SearchMemory } from "./training/search-memory.js";
export type { Split } from "./training/split-snapshots.js";
export { openModel, type TrainStageResult, train } from "./training/train.js";
export type { TrainContext } from "./training/train-context.js";
export { type TrainResult, trainModel } from "./training/train-model.js";
export { type AlertDeskOptions, type AlertOutcome, handleAlerts } from "./watch/alerts/alert-desk.js";
export { type AlertEvent, type AlertRule, alertEvents } from "./watch/alerts/alert-events.js";
export {
  type AlertSink,
  consoleSink,
  fileSink,
  type WebhookOptions,
  webhookSink,
} from "./watch/alerts/alert-sinks.js";
export { type MonitorResult, monitor } from "./watch/monitor.js";
export { type MonitorFilesOptions, type MonitorFilesResult, monitorFiles } from "./watch/monitor-files.js";
export { monitoredTables } from "./watch/monitored-tables.js";
export type { MonitorOptions } from "./watch/options.js";
export { readMonitoredTable } from "./watch/read-monitored-table.js";
