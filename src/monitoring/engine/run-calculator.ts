import type { FittedPart, Part } from "../calculators/calculator.js";
import {
  fitPart,
  type MeasuredSeries,
  type MeasureOptions,
  measurePart,
  type RunTables,
} from "../calculators/fit-calculator.js";
import { MonitoringResult } from "../results/monitoring-result.js";

/** Fits and measures in one step. */
export function runPart<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  { reference, analysis, ...options }: Options & MeasureOptions & RunTables,
): MonitoringResult {
  const fitted = fitPart(part, reference, options as unknown as Options & MeasureOptions);
  return resultOf(part, fitted, analysis && measurePart(part, fitted, analysis, options.chunking));
}

/** The result of the reference, followed by that of an analysis. */
export function resultOf<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  fitted: FittedPart<State>,
  { chunks, measures, warnings }: MeasuredSeries = { chunks: [], measures: [], warnings: fitted.warnings },
): MonitoringResult {
  const rows = [...fitted.measures, ...measures];
  const series = part.series(fitted.state).map(({ key, metric, label, column, columnType }, s) => ({
    key,
    metric,
    label,
    ...(column === undefined ? {} : { column }),
    ...(columnType === undefined ? {} : { columnType }),
    measures: rows.map((row) => row[s]),
  }));
  return new MonitoringResult(part.name, [...fitted.chunks, ...chunks], series, part.fields, warnings);
}
