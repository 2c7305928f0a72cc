import { ChurnError } from "../../core/errors.js";
import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { ownThreshold, type Threshold } from "../calculators/threshold.js";
import { columnMoments } from "../chunks/column-moments.js";
import { defaultColumns, isText, needColumns, numbersOf } from "../chunks/typed-columns.js";
import { type QualityOptions, qualityConfig } from "./quality-config.js";
import { NONE_ALLOWED } from "./unseen-values-calculator.js";

interface ColumnState {
  readonly name: string;
  readonly threshold: Threshold;
  readonly min: number;
  readonly max: number;
}

export interface RangeState {
  readonly normalize: boolean;
  readonly columns: readonly ColumnState[];
}

const config = qualityConfig("range");

/** Rows with a number outside the range of the reference; missing values are in no range and out of none. */
export const rangeCalculator: SyncCalculator<
  QualityOptions,
  RangeState,
  readonly Float64Array[],
  "range",
  typeof config
> = {
  name: "range",
  title: "Out of range values",
  role: { of: "quality", fault: "out of range values" },
  config,
  fields: ["value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: true,
  exact: true,

  fit(reference, { columns, normalize = true, threshold, columnThresholds = {} }, { compat }) {
    needColumns(reference, Object.keys(columnThresholds), "reference");
    const names = columns ?? defaultColumns(reference, true).filter((name) => !isText(reference, name));
    return {
      normalize,
      columns: names.map((name): ColumnState => {
        const { min, max } = columnMoments(reference, name, numbersOf(reference, name, "reference"));
        if (min > max && !compat) {
          throw new ChurnError("BAD_INPUT", `reference: every value of column "${name}" is missing`);
        }
        return { name, threshold: ownThreshold(columnThresholds, name) ?? threshold ?? NONE_ALLOWED, min, max };
      }),
    };
  },

  series: ({ columns, normalize }) =>
    columns.map(({ name, threshold }): SeriesPlan => {
      return {
        key: name,
        metric: normalize ? "out_of_range_values_rate" : "out_of_range_values_count",
        label: normalize ? "Out Of Range Values Rate" : "Out Of Range Values Count",
        column: name,
        columnType: "continuous",
        threshold,
        share: true,
        perRow: !normalize,
        range: normalize ? { lower: 0, upper: 1 } : {},
      };
    }),

  prepare: ({ columns }, table, { period }) => columns.map(({ name }) => numbersOf(table, name, period)),

  measure({ columns, normalize }, _table, { from, to }, { prepared }) {
    const n = to - from;
    return columns.map(({ min, max }, c): RawMeasure => {
      if (n === 0) return { value: Number.NaN, n, reason: "no rows" };
      const values = prepared[c];
      let outside = 0;
      for (let i = from; i < to; i++) {
        const value = values[i];
        if (value < min || value > max) outside++;
      }
      return { value: normalize ? outside / n : outside, n };
    });
  },
};
