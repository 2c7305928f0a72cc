import { join } from "node:path";
import type { Chart } from "../charts/chart.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { writeAtomic } from "../core/write-atomic.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { findModel } from "../training/train.js";
import type { Chunking } from "./chunk.js";
import type { MonitoringResult } from "./monitoring-result.js";
import { type MonitorOptions, type MonitorSettings, monitorOptions } from "./options.js";
import { performanceChart } from "./performance-chart.js";
import { realizedPerformance } from "./realized-performance.js";
import type { MonitoredTable } from "./table.js";

/** What monitoring found. */
export interface MonitorResult {
  model_version: string;
  performance: MonitoringResult;
  /** Alerts of the analysis, oldest first. */
  alerts: {
    chunk: string;
    metric: string;
    value: number;
    lower_threshold: number | null;
    upper_threshold: number | null;
  }[];
  /** Snapshots of the analysis, and how many of them have a label by now. */
  analysed: number;
  labelled: number;
  charts: Chart[];
  /** Files that were written. */
  files: string[];
  warnings: readonly string[];
}

/**
 * Compares what a model predicts now with how it did on its held-out test rows: realized performance per chunk, with
 * thresholds from the reference and alerts.
 *
 * Writes `performance_report.csv`, `performance_report.json` and `performance_plot.{png,svg}`.
 *
 * @throws ChurnError NOT_FOUND without a model; NO_DATA when it has no reference scores
 */
export async function monitor(
  store: Store,
  options: MonitorOptions = {},
  context: StageContext = {},
): Promise<MonitorResult> {
  const settings = monitorOptions.parse(options);
  context.onProgress?.({ task: "monitoring", done: 0, total: settings.metrics.length, unit: "metrics" });
  const { version, reference, analysis } = await store.lease(
    async (db) => {
      const { model_version } = await findModel(db, settings.model);
      return {
        version: model_version,
        reference: await readPredictions(db, model_version, "reference"),
        analysis: await readPredictions(db, model_version, "analysis"),
      };
    },
    { signal: context.signal },
  );
  if (rowsOf(reference) === 0) {
    throw new ChurnError("NO_DATA", `model ${version} has no reference scores in model_predictions`, {
      hint: "churn train",
    });
  }
  const performance = realizedPerformance({
    reference,
    ...(rowsOf(analysis) ? { analysis } : {}),
    metrics: settings.metrics,
    chunking: chunkingOf(settings),
  });
  const charts = performance.series.map((series) => performanceChart(performance, series.key));
  const alerts = performance.alerts().map(({ chunk, series, measure }) => ({
    chunk: chunk.key,
    metric: series.metric,
    value: measure.value as number,
    lower_threshold: measure.lowerThreshold,
    upper_threshold: measure.upperThreshold,
  }));
  const labels = analysis.yTrue as Float64Array;
  const result = {
    model_version: version,
    performance,
    alerts,
    analysed: labels.length,
    labelled: labels.reduce((sum, label) => sum + (Number.isNaN(label) ? 0 : 1), 0),
    charts,
    warnings: rowsOf(analysis) ? performance.warnings : [...performance.warnings, NOTHING_SCORED],
  };
  return { ...result, files: await writeReport(result, settings.output_dir) };
}

const NOTHING_SCORED =
  "this model has scored nothing since its training: stream or load newer days, then churn features and churn score";

async function readPredictions(db: Database, version: string, period: string): Promise<MonitoredTable> {
  const columns = await db.columns(
    `SELECT CAST("Date" AS TIMESTAMP) AS time, "User", probability_1, CAST(prediction AS DOUBLE) AS prediction, CAST(label AS DOUBLE) AS label
     FROM model_predictions WHERE model_version = $1 AND period = $2 ORDER BY "Date", "User"`,
    [version, period],
  );
  return {
    timestamp: columns.time as Float64Array,
    identifier: columns.User as string[],
    yPredProba: columns.probability_1 as Float64Array,
    yPred: columns.prediction as Float64Array,
    yTrue: columns.label as Float64Array,
  };
}

function chunkingOf({ chunk_period, chunk_size, chunk_number }: MonitorSettings): Chunking {
  if (chunk_period) return { period: chunk_period };
  if (chunk_size) return { size: chunk_size };
  return chunk_number ? { number: chunk_number } : {};
}

async function writeReport(result: Omit<MonitorResult, "files">, folder: string): Promise<string[]> {
  const at = (name: string) => join(folder, name);
  const { performance, charts, ...rest } = result;
  await writeAtomic(at("performance_report.csv"), performance.toCsv());
  const report = { ...rest, chunks: performance.toRows() };
  await writeAtomic(at("performance_report.json"), `${JSON.stringify(report, null, 2)}\n`);
  const plots = (await charts[0]?.save(at("performance_plot.png"), at("performance_plot.svg"))) ?? [];
  return [at("performance_report.csv"), at("performance_report.json"), ...plots];
}

const rowsOf = (table: MonitoredTable) => (table.yTrue as Float64Array).length;
