import type { RunOptions, RunTables } from "../parts/fit-part.js";
import { runPart } from "../parts/run-part.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type Statistic, type StatisticOptions, statisticPart } from "./summary-statistics-part.js";

/**
 * A summary statistic per continuous column and chunk: mean (`avg`), `sum`, `std`, `median`; or `count`, the rows of a chunk.
 */
export function summaryStatistic(
  statistic: Statistic,
  options: StatisticOptions & RunOptions & RunTables,
): MonitoringResult {
  return runPart(statisticPart(statistic), options);
}
