import { expectationOf } from "../calculators/baseline.js";
import type { Calculator, FittedCalculator, SyncCalculator } from "../calculators/calculator.js";
import {
  fitCalculator,
  fitCalculatorAsync,
  isCompat,
  type MeasuredSeries,
  type MeasureOptions,
  measureFitted,
  measureFittedAsync,
} from "../calculators/fit-calculator.js";
import type { Period } from "../chunks/chunk.js";
import type { MonitoredTable, OrderedTable } from "../chunks/table.js";
import { MonitoringResult } from "../results/monitoring-result.js";
import { orderMonitored } from "./order-monitored.js";
import { queueOnThreads } from "./queue-on-threads.js";

/** The tables of a run; without an analysis the result is that of the reference alone. */
export interface RunTables {
  readonly reference: MonitoredTable;
  readonly analysis?: MonitoredTable;
}

type RunOptions<Options> = Options & MeasureOptions & RunTables;

/** Fits and measures in one step. */
export function runCalculator<Options, State, Prepared>(
  calculator: SyncCalculator<Options, State, Prepared>,
  options: RunOptions<Options>,
): MonitoringResult {
  const fitted = fitCalculator(calculator, tableOf("reference", options.reference, options), options);
  if (!options.analysis) return toResult(calculator, fitted);
  const analysis = tableOf("analysis", options.analysis, options);
  return toResult(calculator, fitted, measureFitted(calculator, fitted, analysis, options.chunking));
}

/** The same with a calculator that takes its time to prepare. */
export async function runCalculatorAsync<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  options: RunOptions<Options>,
): Promise<MonitoringResult> {
  const threads = queueOnThreads(calculator);
  const reference = tableOf("reference", options.reference, options);
  const fitted = await fitCalculatorAsync(calculator, reference, options, threads);
  if (!options.analysis) return toResult(calculator, fitted);
  const analysis = tableOf("analysis", options.analysis, options);
  const measured = await measureFittedAsync(calculator, fitted, analysis, options.chunking, threads);
  return toResult(calculator, fitted, measured);
}

const tableOf = (period: Period, table: MonitoredTable, { compat, chunking }: MeasureOptions): OrderedTable =>
  orderMonitored(table, period, { compat: isCompat(compat), chunking });

/** The result of the reference, followed by that of an analysis. */
export function toResult<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  fitted: FittedCalculator<State>,
  { chunks, measures, warnings }: MeasuredSeries = { chunks: [], measures: [], warnings: fitted.warnings },
): MonitoringResult {
  const rows = [...fitted.measures, ...measures];
  const series = calculator.series(fitted.state).map(({ key, metric, label, column, columnType, ...plan }, s) => ({
    key,
    metric,
    label,
    ...(column === undefined ? {} : { column }),
    ...(columnType === undefined ? {} : { columnType }),
    measures: rows.map((row) => row[s]),
    expected: expectationOf(fitted.baselines[s], fitted.compat, plan),
  }));
  return new MonitoringResult(calculator.name, [...fitted.chunks, ...chunks], series, calculator.fields, warnings);
}
