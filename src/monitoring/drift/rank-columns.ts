import { ChurnError } from "../../core/errors.js";
import { coMoments, correlationCoefficient, correlationP } from "../../statistics/correlation.js";
import type { MonitoringResult } from "../results/monitoring-result.js";

/** A column and how often it alerted. */
export interface AlertCountRank {
  numberOfAlerts: number;
  columnName: string;
  rank: number;
}

/** A column and how its drift goes with the change of a metric. */
export interface CorrelationRank {
  columnName: string;
  pearsonrCorrelation: number | null;
  pearsonrPvalue: number | null;
  hasDrifted: boolean;
  rank: number;
}

/**
 * Ranks columns by the number of chunks that alert, over the rows of the result (filter it to leave the reference out).
 *
 * @param result of drift, data quality or a statistic, with one method for each type of column
 */
export function rankByAlertCount(result: MonitoringResult, options: { onlyDrifting?: boolean } = {}): AlertCountRank[] {
  return seriesByColumn(result)
    .map(({ column, measures }) => ({
      numberOfAlerts: measures.filter(({ alert }) => alert === true).length,
      columnName: column,
    }))
    .sort((a, b) => b.numberOfAlerts - a.numberOfAlerts || (a.columnName < b.columnName ? 1 : -1))
    .map((each, i) => ({ ...each, rank: i + 1 }))
    .filter((each) => !options.onlyDrifting || each.numberOfAlerts > 0);
}

/**
 * Ranks columns by the correlation of their drift with the absolute change of a metric from its mean in the reference.
 *
 * @param drift result of drift, data quality or a statistic, with one method for each type of column
 * @param performance realized or estimated, of one metric and the same chunks
 * @param reference the same metric over the reference chunks
 */
export function rankByCorrelation(
  drift: MonitoringResult,
  performance: MonitoringResult,
  reference: MonitoringResult,
  options: { onlyDrifting?: boolean } = {},
): CorrelationRank[] {
  const [values, base] = [performance, reference].map((result) => {
    if (result.series.length !== 1) {
      throw new ChurnError("BAD_OPTION", `the performance has ${result.series.length} metrics, not one`, {
        hint: 'filter it first: result.filter({ metrics: "roc_auc" })',
      });
    }
    return result.series[0].measures.map(({ value }) => value);
  });
  const starts = (result: MonitoringResult) => result.chunks.map((chunk) => chunk.startIndex).join();
  if (starts(drift) !== starts(performance)) {
    throw new ChurnError("BAD_OPTION", "drift and performance have different chunks", {
      hint: "use the same chunking for both, and filter both to the same period",
    });
  }
  const known = base.filter((value) => value !== null);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const change = values.map((value) => (value === null ? Number.NaN : Math.abs(value - mean)));
  return seriesByColumn(drift)
    .map(({ column, measures }) => {
      const both = coMoments(
        measures.map(({ value }) => value ?? Number.NaN),
        change,
      );
      const r = correlationCoefficient(both);
      return {
        columnName: column,
        pearsonrCorrelation: r,
        pearsonrPvalue: r === null ? null : correlationP(r, both.n),
        hasDrifted: measures.some(({ alert }) => alert === true),
      };
    })
    .sort((a, b) => (b.pearsonrCorrelation ?? -2) - (a.pearsonrCorrelation ?? -2))
    .map((each, i) => ({ ...each, rank: i + 1 }))
    .filter((each) => !options.onlyDrifting || each.hasDrifted);
}

function seriesByColumn(result: MonitoringResult) {
  const methods = new Map<string, string>();
  return result.series.map(({ column, metric, columnType, measures }) => {
    if (column === undefined) {
      throw new ChurnError("BAD_OPTION", `a result of ${result.calculator} has no columns to rank`);
    }
    const type = columnType ?? "any";
    const first = methods.get(type) ?? metric;
    methods.set(type, first);
    if (first !== metric) {
      throw new ChurnError("BAD_OPTION", `the result has several methods for ${type} columns: ${first}, ${metric}`, {
        hint: `filter it first: result.filter({ metrics: "${first}" })`,
      });
    }
    return { column, measures };
  });
}
