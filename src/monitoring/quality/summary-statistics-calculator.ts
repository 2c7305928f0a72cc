import { ChurnError } from "../../core/errors.js";
import { knownValues } from "../../statistics/known-values.js";
import { medianInPlace } from "../../statistics/median.js";
import { type Moments, sampleDeviation } from "../../statistics/moments.js";
import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { ownThreshold, STANDARD_DEVIATION, type Threshold } from "../calculators/threshold.js";
import { columnMoments } from "../chunks/column-moments.js";
import type { OrderedTable } from "../chunks/table.js";
import { defaultColumns, isText, needColumns, numbersOf } from "../chunks/typed-columns.js";
import { type Statistic, type StatisticOptions, statisticsConfig } from "./statistics-config.js";

interface ColumnState {
  readonly name: string;
  readonly threshold: Threshold;
  /** Standard errors of a chunk of n rows: `scale / √n`, `scale · √n` for sums; of spread, see `spreadError`. */
  readonly scale: number;
  readonly fourth: number;
  readonly deviation: number;
}

export interface StatisticState {
  readonly columns: readonly ColumnState[];
}

const LABELS: Record<Statistic, [metric: string, label: string]> = {
  avg: ["values_avg", "Values Avg"],
  sum: ["values_sum", "Values Sum"],
  std: ["values_std", "Values Std"],
  median: ["values_median", "Values Median"],
  count: ["rows_count", "Rows Count"],
};

const TITLES: Record<Statistic, string> = {
  avg: "Averages",
  sum: "Sums",
  std: "Standard deviations",
  median: "Medians",
  count: "Rows",
};

/** A summary statistic of every column and chunk, with its standard error. */
export const statisticCalculator = <S extends Statistic>(
  statistic: S,
): SyncCalculator<
  StatisticOptions,
  StatisticState,
  readonly Float64Array[],
  `stats_${S}`,
  typeof statisticsConfig
> => ({
  name: `stats_${statistic}`,
  title: TITLES[statistic],
  role: { of: "statistics" },
  config: statisticsConfig,
  nannyml:
    statistic === "count"
      ? { type: "summary_stats_row_count", keys: ["threshold"], implies: { statistics: ["count"] } }
      : {
          type: `summary_stats_${statistic}`,
          keys: ["column_names", "threshold"],
          implies: { statistics: [statistic] },
        },
  fields:
    statistic === "count"
      ? ["value", "upperThreshold", "lowerThreshold", "alert"]
      : [
          "value",
          "samplingError",
          "upperConfidenceBoundary",
          "lowerConfidenceBoundary",
          "upperThreshold",
          "lowerThreshold",
          "alert",
        ],
  rule: "not_inside",
  byColumn: true,
  exact: statistic === "count",

  fit(reference, { columns, columnThresholds = {}, ...options }, { compat }) {
    const threshold = options.threshold ?? STANDARD_DEVIATION;
    if (statistic === "count") {
      return { columns: [{ name: "rows", threshold, scale: 0, fourth: 0, deviation: 0 }] };
    }
    needColumns(reference, Object.keys(columnThresholds), "reference");
    const names = columns ?? defaultColumns(reference, true).filter((name) => !isText(reference, name));
    return {
      columns: names.map((name) => ({
        name,
        threshold: ownThreshold(columnThresholds, name) ?? threshold,
        ...errorScale(statistic, reference, name, compat),
      })),
    };
  },

  series: ({ columns }) =>
    columns.map(({ name, threshold }): SeriesPlan => {
      const [metric, label] = LABELS[statistic];
      // a spread or a count has no room below 0; of the others any value can be
      const range = statistic === "std" || statistic === "count" ? { lower: 0, drop: true } : {};
      if (statistic === "count") return { key: metric, metric, label, threshold, range };
      return {
        key: name,
        metric,
        label,
        column: name,
        columnType: "continuous",
        threshold,
        perRow: statistic === "sum",
        range,
      };
    }),

  prepare: ({ columns }, table, { period }) =>
    statistic === "count" ? [] : columns.map(({ name }) => numbersOf(table, name, period)),

  measure({ columns }, table, { from, to }, { compat, prepared }) {
    const rows = to - from;
    if (statistic === "count") return [{ value: rows, n: rows }];
    return columns.map((column, c): RawMeasure => {
      const values = prepared[c];
      const { value, n } =
        statistic === "median"
          ? medianOf(values, from, to)
          : statisticOf(statistic, columnMoments(table, column.name, values, from, to));
      if (n === 0 && !compat) {
        const reason = rows === 0 ? "no rows" : `all ${rows} values are missing`;
        return { ...EMPTY, n, reason };
      }
      return withError(statistic, value, n, errorOf(statistic, column, compat ? rows : n));
    });
  },
});

/** What the standard errors of a column are made of, learned from the reference. */
function errorScale(
  statistic: Exclude<Statistic, "count">,
  reference: OrderedTable,
  name: string,
  compat: boolean,
): Pick<ColumnState, "scale" | "fourth" | "deviation"> {
  const values = numbersOf(reference, name, "reference");
  const moments = columnMoments(reference, name, values);
  if (moments.n === 0 && !compat) {
    throw new ChurnError("BAD_INPUT", `reference: every value of column "${name}" is missing`);
  }
  const deviation = sampleDeviation(moments) ?? Number.NaN;
  // NannyML's fourth moment does not leave missing values out
  const holes = compat && moments.n < values.length;
  return {
    scale: statistic === "median" ? medianScale(values, moments) : deviation,
    fourth: holes ? Number.NaN : moments.fourths / moments.n,
    deviation,
  };
}

function withError(statistic: Statistic, value: number, n: number, error: number): RawMeasure {
  const lower = value - 3 * error;
  return {
    value,
    n,
    samplingError: error,
    upperConfidenceBoundary: value + 3 * error,
    lowerConfidenceBoundary: statistic === "std" ? Math.max(0, lower) : lower,
    ...(Number.isNaN(value) ? { reason: `too few values, n=${n}` } : {}),
  };
}

const EMPTY = {
  value: Number.NaN,
  samplingError: Number.NaN,
  upperConfidenceBoundary: Number.NaN,
  lowerConfidenceBoundary: Number.NaN,
};

function medianOf(values: Float64Array, from: number, to: number): { value: number; n: number } {
  const known = knownValues(values, from, to);
  return { value: medianInPlace(known) ?? Number.NaN, n: known.length };
}

function statisticOf(statistic: "avg" | "sum" | "std", moments: Moments): { value: number; n: number } {
  const { n, sum, mean } = moments;
  const value = statistic === "std" ? sampleDeviation(moments) : statistic === "sum" ? sum : mean;
  return { value: value ?? Number.NaN, n };
}

function errorOf(statistic: Statistic, { scale, fourth, deviation }: ColumnState, n: number): number {
  if (n === 0) return Number.NaN;
  if (statistic === "sum") return scale * Math.sqrt(n);
  if (statistic !== "std") return scale / Math.sqrt(n);
  // delta method on the variance of a sample variance
  const variance = (fourth - ((n - 3) / (n - 1)) * deviation ** 4) / n;
  return variance < 0 || !Number.isFinite(variance) ? Number.NaN : Math.sqrt(variance) / (2 * deviation);
}

/** Error of a median: 1 / (2 f(median) √n), with f a Gaussian kernel density of Scott's bandwidth. */
function medianScale(values: Float64Array, moments: Moments): number {
  const known = knownValues(values);
  const bandwidth = (sampleDeviation(moments) ?? 0) * known.length ** -0.2;
  const median = medianInPlace(known);
  if (!(bandwidth > 0) || median === null) return 0;
  let density = 0;
  for (let i = 0; i < known.length; i++) {
    const z = (known[i] - median) / bandwidth;
    // farther values add less than 1e-21 of a near one's part
    if (z * z < 100) density += expMinus(0.5 * z * z);
  }
  density /= known.length * bandwidth * Math.sqrt(2 * Math.PI);
  return 1 / (2 * density);
}

const EXPS = Float64Array.from({ length: 50 * 128 + 1 }, (_, k) => Math.exp(-k / 128));

/** e to the −t, 0 ≤ t ≤ 50: a table, and five terms of the series from there, to the last bit or two. */
function expMinus(t: number): number {
  const k = (t * 128) | 0;
  const r = k / 128 - t;
  return EXPS[k] * (1 + r * (1 + r * (0.5 + r * (1 / 6 + r * (1 / 24 + r / 120)))));
}
