import { calculatorConfig } from "../calculators/calculator-config.js";
import { listOf } from "../calculators/config-values.js";
import { columnKeys, type QualityOptions } from "./quality-config.js";

const STATISTICS = ["count", "sum", "avg", "median", "std"] as const;

export type Statistic = (typeof STATISTICS)[number];

/** Columns of numbers, by default all there are, and their thresholds; the row count takes no columns. */
export type StatisticOptions = Omit<QualityOptions, "normalize">;

const OTHER_WORDS: Readonly<Record<string, Statistic>> = {
  mean: "avg",
  rows: "count",
  row_count: "count",
  rows_count: "count",
  summary_stats_row_count: "count",
};

/** The name of a statistic here, of its name here or in NannyML (`values_avg`, `summary_stats_avg`). */
const toStatistic = (name: unknown): unknown =>
  typeof name === "string" ? (OTHER_WORDS[name] ?? name.replace(/^(values|summary_stats)_/, "")) : name;

/** The section of summary statistics: a calculator a statistic. */
export const statisticsConfig = calculatorConfig(
  "stats",
  { ...columnKeys, statistics: listOf(STATISTICS) },
  {
    otherNames: { metrics: "statistics", methods: "statistics" },
    normalize: (given) =>
      given.statistics ? { ...given, statistics: [given.statistics].flat().map(toStatistic) } : { ...given },
    calculators: ({ statistics = STATISTICS }) => statistics.map((name) => `stats_${name}`),
    toOptions: (given): StatisticOptions => ({
      columns: given.column_names,
      threshold: given.threshold,
      columnThresholds: given.column_thresholds,
    }),
  },
);
