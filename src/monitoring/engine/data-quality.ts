import type { MeasureOptions } from "../calculators/fit-calculator.js";
import { missingCalculator } from "../quality/missing-values-calculator.js";
import type { QualityOptions } from "../quality/quality-config.js";
import { unseenCalculator } from "../quality/unseen-values-calculator.js";
import { rangeCalculator } from "../quality/value-range-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculator } from "./run-calculator.js";

type Options = QualityOptions & MeasureOptions & RunTables;

/** Missing values per column and chunk, as a share of the rows or a count. */
export const missingValues = (options: Options): MonitoringResult => runCalculator(missingCalculator, options);

/** Rows per categorical column and chunk whose category the reference does not have. */
export const unseenValues = (options: Options): MonitoringResult => runCalculator(unseenCalculator, options);

/** Rows per continuous column and chunk that lie outside the range of the reference. */
export const outOfRangeValues = (options: Options): MonitoringResult => runCalculator(rangeCalculator, options);
