import type { RunOptions, RunTables } from "../parts/fit-part.js";
import { runPart } from "../parts/run-part.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { missingPart, type QualityOptions } from "./missing-values-part.js";
import { unseenPart } from "./unseen-values-part.js";
import { rangePart } from "./value-range-part.js";

type Options = QualityOptions & RunOptions & RunTables;

/** Missing values per column and chunk, as a share of the rows or a count. */
export const missingValues = (options: Options): MonitoringResult => runPart(missingPart, options);

/** Rows per categorical column and chunk whose category the reference does not have. */
export const unseenValues = (options: Options): MonitoringResult => runPart(unseenPart, options);

/** Rows per continuous column and chunk that lie outside the range of the reference. */
export const outOfRangeValues = (options: Options): MonitoringResult => runPart(rangePart, options);
