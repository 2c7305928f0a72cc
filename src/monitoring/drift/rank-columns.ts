import { ChurnError } from "../../core/errors.js";
import { coMoments, correlationCoefficient, correlationP } from "../../statistics/correlation.js";
import type { MonitoringResult } from "../results/monitoring-result.js";

/** A column and how often it alerted. */
export interface AlertCountRank {
  number_of_alerts: number;
  column_name: string;
  rank: number;
}

/** A column and how its drift goes with the change of a metric. */
export interface CorrelationRank {
  column_name: string;
  pearsonr_correlation: number | null;
  pearsonr_pvalue: number | null;
  has_drifted: boolean;
  rank: number;
}

/**
 * Ranks columns by the number of chunks that alert, over the rows of the result (filter it to leave the reference out).
 *
 * @param result of drift, data quality or a statistic, with one method for each type of column
 */
export function rankByAlertCount(result: MonitoringResult, options: { onlyDrifting?: boolean } = {}): AlertCountRank[] {
  return seriesByColumn(result)
    .map(({ column_name, measures }) => ({
      number_of_alerts: measures.filter(({ alert }) => alert === true).length,
      column_name,
    }))
    .sort((a, b) => b.number_of_alerts - a.number_of_alerts || (a.column_name < b.column_name ? 1 : -1))
    .map((each, i) => ({ ...each, rank: i + 1 }))
    .filter((each) => !options.onlyDrifting || each.number_of_alerts > 0);
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
  }) as [(number | null)[], (number | null)[]];
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
    .map(({ column_name, measures }) => {
      const both = coMoments(
        measures.map(({ value }) => value ?? Number.NaN),
        change,
      );
      const r = correlationCoefficient(both);
      return {
        column_name,
        pearsonr_correlation: r,
        pearsonr_pvalue: r === null ? null : correlationP(r, both.n),
        has_drifted: measures.some(({ alert }) => alert === true),
      };
    })
    .sort((a, b) => (b.pearsonr_correlation ?? -2) - (a.pearsonr_correlation ?? -2))
    .map((each, i) => ({ ...each, rank: i + 1 }))
    .filter((each) => !options.onlyDrifting || each.has_drifted);
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
    return { column_name: column, measures };
  });
}
