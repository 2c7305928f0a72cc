import { join } from "node:path";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { runExclusive } from "../core/run-exclusive.js";
import { writeAtomic } from "../core/write-atomic.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { reviewEstimates } from "../monitoring/engine/review-estimates.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { metricChart } from "../report/metric-chart.js";
import { monitoringReport } from "../report/monitoring-report.js";
import { type VerdictOptions, verdictOf } from "../report/verdict.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { notesOfRows } from "../store/store-notes.js";
import { loadModel } from "../training/artifact.js";
import type { ChurnModel } from "../training/churn-model.js";
import { heldOutAuc, heldOutNote } from "../training/held-out-auc.js";
import { growingFeatures } from "../training/plan-titles.js";
import { findModel } from "../training/train.js";
import { tellAlerts } from "./alerts/tell-alerts.js";
import { monitorJson } from "./monitor-json.js";
import type { MonitorResult } from "./monitor-result.js";
import { type MonitorOptions, type MonitorSettings, monitorOptions } from "./options.js";
import { planUpdate } from "./plan-update.js";
import {
  countSnapshots,
  countSubscribers,
  OUTPUT_TITLES,
  OUTPUTS,
  readOutcomes,
  readPredictions,
} from "./read-predictions.js";
import { fitStageMonitor } from "./stage-monitor.js";
import { readKept, resultsOf, toStoredRows, writeKept } from "./stored-results.js";

/**
 * Watches a model: realized and estimated performance, drift of features, scores and labels, and missing values, by chunk,
 * against its held-out test rows.
 *
 * Results are kept in `monitoring_results`; only new chunks and those whose labels came in are computed. Writes
 * `performance_report.csv`, `performance_report.json`, `performance_plot.{png,svg}` and `monitoring_report.html`, and tells
 * alerts to the sinks that the options name.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns the results by chunk, the alerts, the verdict and the files that were written
 * @throws ChurnError NOT_FOUND without a model; NO_DATA when it has no reference scores
 * @example
 * const { verdict, alerts } = await monitor(store, { chunk_period: "W" });
 */
export async function monitor(
  store: Store,
  options: MonitorOptions = {},
  context: StageContext = {},
): Promise<MonitorResult> {
  const settings = monitorOptions.parse(options);
  const report = (done: number) => context.onProgress?.({ task: "monitoring", done, total: 3, unit: "steps" });
  report(0);
  // a request and a poller may ask at once, and both write the table
  const measured = await runExclusive(`monitor ${store.path}`, () =>
    store.lease((db) => measure(db, settings), { signal: context.signal }),
  );
  throwIfInterrupted(context.signal, "monitor");
  report(1);
  const { version, results, days } = measured;
  const performance = results.realized as MonitoringResult;
  const judged = { outputs: OUTPUTS, falseAlarms: settings.false_alarms };
  const analysed = sum(days.map(({ rows }) => rows));
  const warnings = [...new Set([...measured.warnings, ...(analysed ? [] : [NOTHING_SCORED])])];
  const result = {
    modelVersion: version,
    verdict: verdictOf(results, judged),
    performance,
    results,
    alerts: (["realized", "cbpe"] as const).flatMap((part) => performanceAlerts(part, results[part])),
    reviews: results.cbpe ? reviewEstimates(results.cbpe) : [],
    analysed,
    labelled: sum(days.map(({ labels }) => labels)),
    computed: measured.computed,
    lateLabels: measured.late,
    charts: performance.series.map(({ metric }) => metricChart(performance.filter({ metrics: metric }))),
    warnings,
  };
  const files = await writeReport(result, settings.output_dir, judged);
  report(2);
  const told = await tellAlerts(results, version, days, settings, context.signal);
  for (const { sink, fault } of told.failures) warnings.push(`an alert did not reach ${sink}: ${fault}`);
  report(3);
  return { ...result, told, files };
}

const NOTHING_SCORED =
  "this model has scored nothing since its training: stream or load newer days, then churn features and churn score";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Measures what is new, and puts it with what is kept. */
async function measure(db: Database, settings: MonitorSettings) {
  const { model_version: version, artifact } = await findModel(db, settings.model);
  const days = await countSnapshots(db, version, "analysis");
  const reference = {
    days: await countSnapshots(db, version, "reference"),
    subscribers: await countSubscribers(db, version, "reference"),
  };
  if (reference.days.length === 0) {
    throw new ChurnError("NO_DATA", `model ${version} has no reference scores in model_predictions`, {
      hint: "churn train",
    });
  }
  const model = await loadModel(artifact);
  const { features } = model;
  const growing = growingFeatures(model.facts.plan);
  const { monitor, hash, warnings } = await fitStageMonitor(artifact, { features, growing }, settings, reference, () =>
    readPredictions(db, version, features, "reference"),
  );
  const unit = settings.chunk_period;
  // chunks of a number of rows move with every new row
  const kept = unit && !settings.refresh ? await readKept(db, version, hash) : [];
  const plan = planUpdate(days, kept, unit);
  const fresh =
    days.length === 0
      ? monitor.reference()
      : plan.from === null
        ? {}
        : await monitor.measure(await readPredictions(db, version, features, "analysis", plan.from));
  const rows = [...plan.keep, ...toStoredRows(fresh, plan.labels)];
  const results = unit ? resultsOf(monitor, rows, unit) : fresh;
  if (plan.from !== null || kept.length === 0) await writeKept(db, version, hash, toStoredRows(results, plan.labels));
  const learned = Object.values(monitor.calculators).flatMap((fitted) => fitted.warnings);
  const found = Object.values(fresh).flatMap((result) => result.warnings);
  return {
    version,
    days,
    results: titled(results, (column) => OUTPUT_TITLES[column] ?? model.titleOf(column)),
    computed: plan.computed,
    late: plan.late,
    warnings: [
      ...warnings,
      ...(settings.drift_columns.length ? [] : growthNotes(growing.map((name) => model.titleOf(name)))),
      ...learned,
      ...found,
      ...(await heldOutNotes(db, model)),
      ...(await notesOfRows(db)),
    ],
  };
}

/** Says how the model does on those whom it never saw, where the analysis holds people who trained it as well. */
async function heldOutNotes(db: Database, model: ChurnModel): Promise<string[]> {
  const note = heldOutNote(heldOutAuc(model, await readOutcomes(db, model.version)));
  return note ? [note] : [];
}

const growthNotes = (titles: readonly string[]): string[] =>
  titles.length
    ? [
        `not watched for drift, since they grow with every day of the log: ${titles.join(", ")}; monitor.drift_columns names what is watched instead`,
      ]
    : [];

/** The results with the titles of their columns: the file of results needs none, every chart and page does. */
function titled(results: MonitoringResults, titleOf: (column: string) => string): MonitoringResults {
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.withTitles(titleOf)]));
}

function performanceAlerts(part: "realized" | "cbpe", result: MonitoringResult | undefined): MonitorResult["alerts"] {
  return (result?.alerts() ?? []).flatMap(({ chunk, series, measure }) => {
    const { value, lowerThreshold, upperThreshold } = measure;
    return value === null
      ? []
      : [{ chunk: chunk.key, part, metric: series.metric, value, lowerThreshold, upperThreshold }];
  });
}

async function writeReport(
  result: Omit<MonitorResult, "files" | "told">,
  folder: string,
  judged: VerdictOptions,
): Promise<string[]> {
  const at = (name: string) => join(folder, name);
  const { performance, results, charts } = result;
  await writeAtomic(at("performance_report.csv"), performance.toCsv());
  const report = { ...monitorJson(result), chunks: performance.toRows() };
  await writeAtomic(at("performance_report.json"), `${JSON.stringify(report, null, 2)}\n`);
  const plots = (await charts[0]?.save(at("performance_plot.png"), at("performance_plot.svg"))) ?? [];
  const title = `Model ${result.modelVersion}: monitoring`;
  const page = await monitoringReport(results, { title, warnings: result.warnings, ...judged });
  await writeAtomic(at("monitoring_report.html"), page);
  return [at("performance_report.csv"), at("performance_report.json"), ...plots, at("monitoring_report.html")];
}
