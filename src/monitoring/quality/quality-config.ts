import { z } from "zod";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { columnNames, perColumn, threshold } from "../calculators/config-values.js";
import type { Threshold } from "../calculators/threshold.js";

/** Options of the checks of data quality. */
export interface QualityOptions {
  /** By default every column that the check can look at. */
  readonly columns?: readonly string[] | undefined;
  /** Shares of rows (default) or counts. */
  readonly normalize?: boolean | undefined;
  readonly threshold?: Threshold | null | undefined;
  /** Per column, before `threshold`. */
  readonly columnThresholds?: Readonly<Record<string, Threshold | null>> | undefined;
}

/** The keys of every section about single columns. */
export const columnKeys = {
  column_names: columnNames,
  threshold,
  column_thresholds: perColumn(threshold),
};

/** The section of a check of data quality. */
export const qualityConfig = <const Section extends string>(section: Section) =>
  calculatorConfig(
    section,
    { ...columnKeys, normalize: z.boolean() },
    {
      toOptions: (given): QualityOptions => ({
        columns: given.column_names,
        normalize: given.normalize,
        threshold: given.threshold,
        columnThresholds: given.column_thresholds,
      }),
    },
  );

/** What NannyML's checks take of it. */
export const NANNYML_QUALITY = ["column_names", "normalize", "threshold"] as const;
