import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { snakeKeys } from "../core/key-case.js";
import { makeFolder } from "../core/make-folder.js";
import { writeAtomic } from "../core/write-atomic.js";
import { calculatorEntries } from "../monitoring/engine/calculators.js";
import type { MonitorConfig } from "../monitoring/engine/config-sections.js";
import { FittedMonitor, fitMonitor, type MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { monitorConfig } from "../monitoring/engine/monitor-config.js";
import { rankDrift } from "../monitoring/engine/rank-drift.js";
import { csvText } from "../monitoring/results/csv-text.js";
import { statisticsCsv } from "../monitoring/results/statistics-csv.js";
import { monitoringReport } from "../report/monitoring-report.js";
import { type Verdict, verdictOf } from "../report/verdict.js";
import type { ColumnOverrides } from "../table-files/column-reading.js";
import { readMonitoredTable } from "./read-monitored-table.js";
import { writeLong } from "./write-long.js";

/** Files to monitor, what their columns are, and where the results go. */
export interface MonitorFilesOptions extends ColumnOverrides {
  /** CSV, gzip or Parquet; or a monitor that was saved (`.json`). */
  readonly reference: string;
  readonly analysis: string;
  /** Labels of the analysis in a file of their own, and the column that both have. */
  readonly targets?: string | undefined;
  readonly join?: string | undefined;
  /** What to monitor: an object, or the path of a JSON file. Not needed with a saved monitor. */
  readonly config?: MonitorConfig | string | undefined;
  /** Folder of the results. */
  readonly output: string;
  readonly compat?: "nannyml" | undefined;
  /** What to say beside the warnings of the run. */
  readonly notes?: readonly string[] | undefined;
}

/** What a run found and wrote. */
export interface MonitorFilesResult {
  readonly results: MonitoringResults;
  readonly verdict: Verdict;
  readonly alerts: { part: string; chunk: string; metric: string; column: string | null; value: number | null }[];
  readonly warnings: readonly string[];
  readonly files: readonly string[];
}

/**
 * Monitors an analysis file against a reference file: a CSV a calculator with NannyML's column names, all measures in
 * `results.parquet`, a page to read in `report.html`, and the fitted monitor in `monitor.json` for the next run.
 */
export async function monitorFiles(options: MonitorFilesOptions): Promise<MonitorFilesResult> {
  const { output, compat } = options;
  const warnings: string[] = [...(options.notes ?? [])];
  if ((options.targets === undefined) !== (options.join === undefined)) {
    throw new ChurnError("BAD_USAGE", "targets and join go together", { hint: "name the column that both files have" });
  }
  const targets = options.targets && options.join ? { path: options.targets, join: options.join } : undefined;
  const { number, category, date_format } = options;
  const overrides = { number, category, date_format };
  const read = (columns: MonitorConfig["columns"]) => readMonitoredTable(options.analysis, columns, targets, overrides);
  let monitor: FittedMonitor;
  let analysis: Awaited<ReturnType<typeof read>>;
  if (options.reference.endsWith(".json")) {
    monitor = await FittedMonitor.load(options.reference);
    analysis = await read(monitor.config.columns);
  } else {
    const config = await readConfig(options.config);
    const both = [
      readMonitoredTable(options.reference, config.columns, undefined, overrides),
      read(config.columns),
    ] as const;
    // faults of the reference are reported first
    both[1].catch(() => {});
    const reference = await both[0];
    analysis = await both[1];
    warnings.push(...reference.warnings);
    monitor = await fitMonitor(reference, config, { compat });
  }
  const unlabelled = analysis.yTrue === undefined;
  const skipped =
    unlabelled && monitor.calculators.realized ? ["realized performance is left out: there are no labels"] : [];
  const names = calculatorEntries(monitor.calculators).map(([name]) => name);
  const calculators = names.filter((name) => !(unlabelled && name === "realized"));
  const results = await monitor.measure(analysis, { calculators });
  const every = Object.values(results);
  warnings.push(...analysis.warnings, ...skipped, ...every.flatMap((result) => result.warnings));

  await makeFolder(output);
  const files: string[] = [];
  // each is handed over as soon as it is made: while one is flushed to disk the next is made
  const writes: Promise<unknown>[] = [];
  const write = (name: string, content: string) => {
    files.push(join(output, name));
    writes.push(writeAtomic(join(output, name), content));
  };
  writes.push(writeLong(join(output, "results.parquet"), every));
  for (const result of every) {
    write(`${result.calculator}.csv`, result.toCsv());
    // the database comes to its next step only when this thread pauses
    await new Promise(setImmediate);
  }
  const statistics = every.filter(({ calculator }) => calculator.startsWith("stats_"));
  if (statistics.length > 0) write("stats.csv", statisticsCsv(statistics));
  const { method, metric, only_drifting: onlyDrifting } = monitor.config.ranking ?? {};
  const ranks = rankDrift(results, { method, metric, onlyDrifting });
  if (monitor.config.ranking && ranks?.[0]) {
    const rows = ranks.map((rank) => snakeKeys(rank));
    write("ranking.csv", csvText(rows, Object.keys(rows[0])));
  }
  files.push(join(output, "results.parquet"));
  const judged = { outputs: outputsOf(monitor.config), falseAlarms: monitor.config.verdict?.false_alarms };
  write("report.html", await monitoringReport(results, { warnings: [...new Set(warnings)], ...judged }));
  write("monitor.json", monitor.toJson());
  await Promise.all(writes);
  const alerts = every.flatMap((result) =>
    result.alerts().map(({ chunk, series, measure }) => ({
      part: result.calculator,
      chunk: chunk.key,
      metric: series.metric,
      column: series.column ?? null,
      value: measure.value,
    })),
  );
  return { results, verdict: verdictOf(results, judged), alerts, warnings: [...new Set(warnings)], files };
}

function outputsOf({ columns = {} }: MonitorConfig): string[] {
  const { y_pred_proba = "y_pred_proba", y_pred = "y_pred", y_true = "y_true" } = columns;
  return [y_pred_proba, y_pred, y_true];
}

async function readConfig(config: MonitorConfig | string | undefined): Promise<MonitorConfig> {
  if (config === undefined) {
    throw new ChurnError("BAD_USAGE", "a configuration is needed: which columns are what, and what to monitor");
  }
  if (typeof config !== "string") return monitorConfig(config);
  let content: string;
  try {
    content = await readFile(config, "utf8");
  } catch (cause) {
    throw new ChurnError("NOT_FOUND", `there is no configuration at ${config}`, { cause });
  }
  try {
    return monitorConfig(JSON.parse(content));
  } catch (cause) {
    if (cause instanceof ChurnError) throw cause;
    throw new ChurnError("BAD_CONFIG", `${config} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
