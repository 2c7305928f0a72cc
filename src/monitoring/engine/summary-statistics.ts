import type { MeasureOptions } from "../calculators/fit-calculator.js";
import type { Statistic, StatisticOptions } from "../quality/statistics-config.js";
import { statisticCalculator } from "../quality/summary-statistics-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculator } from "./run-calculator.js";

/**
 * A summary statistic per continuous column and chunk: mean (`avg`), `sum`, `std`, `median`; or `count`, the rows of a chunk.
 */
export function summaryStatistic(
  statistic: Statistic,
  options: StatisticOptions & MeasureOptions & RunTables,
): MonitoringResult {
  return runCalculator(statisticCalculator(statistic), options);
}
