import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { ownThreshold, STANDARD_DEVIATION, type Threshold } from "../calculators/threshold.js";
import { isCategory } from "../chunks/column.js";
import { categoriesOf, defaultColumns, needColumns } from "../chunks/typed-columns.js";
import { NANNYML_QUALITY, type QualityOptions, qualityConfig } from "./quality-config.js";

export interface MissingState {
  readonly normalize: boolean;
  readonly columns: readonly { readonly name: string; readonly share: number; readonly threshold: Threshold }[];
}

const config = qualityConfig("missing");

/** Missing values of every column and chunk. */
export const missingCalculator: SyncCalculator<QualityOptions, MissingState, void, "missing", typeof config> = {
  name: "missing",
  title: "Missing values",
  role: { of: "quality", fault: "missing values" },
  config,
  nannyml: { type: "missing_values", keys: NANNYML_QUALITY },
  fields: [
    "value",
    "samplingError",
    "upperConfidenceBoundary",
    "lowerConfidenceBoundary",
    "upperThreshold",
    "lowerThreshold",
    "alert",
  ],
  rule: "strict",
  byColumn: true,

  fit(reference, { columns, normalize = true, threshold, columnThresholds = {} }) {
    needColumns(reference, Object.keys(columnThresholds), "reference");
    const names = columns ?? defaultColumns(reference, true);
    return {
      normalize,
      columns: names.map((name) => ({
        name,
        share: countMissing(columnOf(reference, name, "reference"), 0, reference.rows) / reference.rows,
        threshold: ownThreshold(columnThresholds, name) ?? threshold ?? STANDARD_DEVIATION,
      })),
    };
  },

  series: ({ columns, normalize }) =>
    columns.map(({ name, threshold }): SeriesPlan => {
      return {
        key: name,
        metric: normalize ? "missing_values_rate" : "missing_values_count",
        label: normalize ? "Missing Values Rate" : "Missing Values Count",
        column: name,
        threshold,
        share: true,
        perRow: !normalize,
        range: normalize ? { lower: 0, upper: 1 } : { lower: 0 },
      };
    }),

  measure({ columns, normalize }, table, { from, to }) {
    const n = to - from;
    return columns.map(({ name, share }): RawMeasure => {
      if (n === 0) return { ...EMPTY, n, reason: "no rows" };
      const missing = countMissing(columnOf(table, name, "analysis"), from, to);
      const value = normalize ? missing / n : missing;
      const deviation = Math.sqrt(share * (1 - share));
      const samplingError = normalize ? deviation / Math.sqrt(n) : deviation * Math.sqrt(n);
      return {
        value,
        n,
        samplingError,
        upperConfidenceBoundary: Math.min(normalize ? 1 : Number.POSITIVE_INFINITY, value + 3 * samplingError),
        lowerConfidenceBoundary: Math.max(0, value - 3 * samplingError),
      };
    });
  },
};

const EMPTY = {
  value: Number.NaN,
  samplingError: Number.NaN,
  upperConfidenceBoundary: Number.NaN,
  lowerConfidenceBoundary: Number.NaN,
};

type Table = Parameters<typeof categoriesOf>[0];

const columnOf = (table: Table, name: string, where: string) =>
  table.columns.get(name) ?? categoriesOf(table, name, where, false);

function countMissing(column: ReturnType<typeof columnOf>, from: number, to: number): number {
  let missing = 0;
  if (isCategory(column)) {
    for (let i = from; i < to; i++) if (column.codes[i] < 0) missing++;
  } else {
    for (let i = from; i < to; i++) if (Number.isNaN(column[i])) missing++;
  }
  return missing;
}
