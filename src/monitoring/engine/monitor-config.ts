import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { Threshold } from "../calculators/threshold.js";
import type { ColumnRoles } from "../chunks/column-roles.js";
import type { CategoricalMethod, ContinuousMethod, DriftMethod } from "../drift/univariate-options.js";
import { STATISTICS, type Statistic } from "../quality/summary-statistics-calculator.js";
import type { NormalizeConfusion, ValueMatrix } from "../realized/confusion-cells.js";
import type { PerformanceMetric } from "../realized/performance-metrics.js";

/** What to do of performance, in NannyML's names. */
export interface PerformanceConfig {
  readonly metrics?: readonly PerformanceMetric[];
  readonly thresholds?: Readonly<Partial<Record<PerformanceMetric, Threshold>>>;
  readonly normalize_confusion_matrix?: NormalizeConfusion;
  readonly business_value_matrix?: ValueMatrix;
  readonly normalize_business_value?: "per_prediction" | null;
}

/** What to look at in columns. */
export interface ColumnsConfig {
  readonly column_names?: readonly string[];
  readonly threshold?: Threshold;
  readonly column_thresholds?: Readonly<Record<string, Threshold>>;
}

/** What to monitor, in NannyML's names. A part that is not named is left out; `{}` is a part with its defaults. */
export interface MonitorConfig {
  readonly columns?: ColumnRoles;
  readonly chunking?: {
    readonly period?: string;
    readonly size?: number;
    readonly number?: number;
    readonly incomplete?: "keep" | "append" | "drop";
  };
  readonly realized?: PerformanceConfig;
  readonly cbpe?: PerformanceConfig;
  readonly univariate?: {
    readonly column_names?: readonly string[];
    readonly treat_as_categorical?: readonly string[];
    readonly treat_as_numerical?: readonly string[];
    readonly continuous_methods?: readonly ContinuousMethod[];
    readonly categorical_methods?: readonly CategoricalMethod[];
    readonly thresholds?: Readonly<Partial<Record<DriftMethod, Threshold>>>;
    readonly column_thresholds?: Readonly<Record<string, Readonly<Partial<Record<DriftMethod, Threshold>>>>>;
    readonly calculation_method?: "auto" | "exact" | "estimated";
    readonly n_bins?: number;
    /** How many rows of the reference are independent of each other: subjects, where each is in it again and again. */
    readonly independent_rows?: number;
  };
  readonly pca?: {
    readonly column_names?: readonly string[];
    readonly n_components?: number;
    readonly threshold?: Threshold;
  };
  readonly domain_classifier?: {
    readonly feature_column_names?: readonly string[];
    readonly cv_folds_num?: number;
    readonly threshold?: Threshold;
    readonly seed?: number;
    readonly max_rows?: number;
  };
  readonly missing?: ColumnsConfig & { readonly normalize?: boolean };
  readonly unseen?: ColumnsConfig & { readonly normalize?: boolean };
  readonly range?: ColumnsConfig & { readonly normalize?: boolean };
  readonly stats?: ColumnsConfig & { readonly statistics?: readonly Statistic[] };
  readonly ranking?: {
    readonly method?: "alert_count" | "correlation";
    /** The metric that drift is held against; by default the first of `realized`, else of `cbpe`. */
    readonly metric?: PerformanceMetric;
    readonly only_drifting?: boolean;
  };
}

const COLUMNS = ["column_names", "threshold", "column_thresholds"];
const PERFORMANCE = [
  "metrics",
  "thresholds",
  "normalize_confusion_matrix",
  "business_value_matrix",
  "normalize_business_value",
];

const KEYS: Record<keyof MonitorConfig, readonly string[]> = {
  columns: ["timestamp", "identifier", "y_pred_proba", "y_pred", "y_true", "continuous", "categorical"],
  chunking: ["period", "size", "number", "incomplete"],
  realized: PERFORMANCE,
  cbpe: PERFORMANCE,
  univariate: [
    "column_names",
    "treat_as_categorical",
    "treat_as_numerical",
    "continuous_methods",
    "categorical_methods",
    "thresholds",
    "column_thresholds",
    "calculation_method",
    "n_bins",
    "independent_rows",
  ],
  pca: ["column_names", "n_components", "threshold"],
  domain_classifier: ["feature_column_names", "cv_folds_num", "threshold", "seed", "max_rows"],
  missing: [...COLUMNS, "normalize"],
  unseen: [...COLUMNS, "normalize"],
  range: [...COLUMNS, "normalize"],
  stats: [...COLUMNS, "statistics"],
  ranking: ["method", "metric", "only_drifting"],
};

/** What NannyML calls it where a section has a shorter word. */
const OTHER_NAMES: Partial<Record<keyof MonitorConfig, Readonly<Record<string, string>>>> = {
  columns: { timestamp_column_name: "timestamp" },
  chunking: { chunk_period: "period", chunk_size: "size", chunk_number: "number" },
  univariate: { treat_as_continuous: "treat_as_numerical" },
  domain_classifier: { column_names: "feature_column_names" },
  stats: { metrics: "statistics", methods: "statistics" },
};

/** Checks a configuration as it comes from a file: every key must be known; a key that is null counts as left out. */
export function monitorConfig(raw: unknown): MonitorConfig {
  const whole = object(raw, "the configuration");
  known(Object.keys(whole), Object.keys(KEYS), "the configuration");
  const config: Record<string, unknown> = {};
  for (const [section, keys] of Object.entries(KEYS) as [keyof MonitorConfig, readonly string[]][]) {
    const value = whole[section];
    if (value === undefined || value === null || value === false) continue;
    const others = OTHER_NAMES[section] ?? {};
    const given = value === true ? {} : object(value, `"${section}"`);
    const part = Object.fromEntries(
      Object.entries(given)
        .filter(([, each]) => each !== null && each !== undefined)
        .map(([key, each]) => [others[key] ?? key, each]),
    );
    known(Object.keys(part), keys, `"${section}"`);
    if (part.statistics) part.statistics = statistics(part.statistics);
    config[section] = part;
  }
  return config as MonitorConfig;
}

const STATISTIC_NAMES: Readonly<Record<string, Statistic>> = {
  mean: "avg",
  rows: "count",
  row_count: "count",
  rows_count: "count",
  summary_stats_row_count: "count",
};

/** Statistics by their names here or in NannyML (`values_avg`, `summary_stats_avg`). */
function statistics(value: unknown): Statistic[] {
  const names = Array.isArray(value) ? value.map(String) : [String(value)];
  const found = names.map((name) => STATISTIC_NAMES[name] ?? name.replace(/^(values|summary_stats)_/, ""));
  known(found, STATISTICS, '"statistics"', "statistic");
  return found;
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ChurnError("BAD_CONFIG", `${where} is no object: ${JSON.stringify(value)}`);
  }
  return value as Record<string, unknown>;
}

function known(keys: readonly string[], names: readonly string[], where: string, what = "key"): void {
  for (const key of keys) {
    if (names.includes(key)) continue;
    const near = closestMatch(key, names);
    throw new ChurnError("BAD_CONFIG", `unknown ${what} ${JSON.stringify(key)} in ${where}`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${names.join(", ")}`,
    });
  }
}
