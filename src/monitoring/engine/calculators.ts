import { ChurnError } from "../../core/errors.js";
import type { Calculator } from "../calculators/calculator.js";
import { domainClassifierCalculator } from "../drift/domain-classifier-calculator.js";
import { reconstructionCalculator } from "../drift/reconstruction-calculator.js";
import { univariateCalculator } from "../drift/univariate-calculator.js";
import { cbpeCalculator } from "../estimated/cbpe-calculator.js";
import { missingCalculator } from "../quality/missing-values-calculator.js";
import { STATISTICS, statisticCalculator } from "../quality/summary-statistics-calculator.js";
import { unseenCalculator } from "../quality/unseen-values-calculator.js";
import { rangeCalculator } from "../quality/value-range-calculator.js";
import type { PerformanceOptions } from "../realized/performance-metrics.js";
import { realizedCalculator } from "../realized/realized-calculator.js";
import type { ColumnsConfig, MonitorConfig, PerformanceConfig } from "./monitor-config.js";

/** Every calculator there is, in the order in which results come. */
const CALCULATORS = [
  realizedCalculator,
  cbpeCalculator,
  univariateCalculator,
  reconstructionCalculator,
  domainClassifierCalculator,
  missingCalculator,
  unseenCalculator,
  rangeCalculator,
  statisticCalculator("avg"),
  statisticCalculator("sum"),
  statisticCalculator("std"),
  statisticCalculator("median"),
  statisticCalculator("count"),
] as const;

export type CalculatorName = (typeof CALCULATORS)[number]["name"];

// biome-ignore lint/suspicious/noExplicitAny: each calculator has options and state of its own
export type AnyCalculator = Calculator<any, any, any>;

const BY_NAME: ReadonlyMap<string, AnyCalculator> = new Map(CALCULATORS.map((each) => [each.name, each]));

/** @throws ChurnError BAD_INPUT for a name that is in no list, as of a monitor that a later version saved */
export function calculatorFor(name: string): AnyCalculator {
  const found = BY_NAME.get(name);
  if (!found) throw new ChurnError("BAD_INPUT", `there is no calculator ${JSON.stringify(name)}`);
  return found;
}

/** The parts that a configuration asks for, each with its options. */
export function plannedCalculators(config: MonitorConfig): { name: CalculatorName; options: object }[] {
  const { realized, cbpe, univariate, pca, domain_classifier, missing, unseen, range, stats } = config;
  const categorical = config.columns?.categorical ?? [];
  const plans: { name: CalculatorName; options: object }[] = [];
  const add = (name: CalculatorName, options: object) => plans.push({ name, options });
  if (realized) add("realized", performance(realized));
  if (cbpe) add("cbpe", performance(cbpe));
  if (univariate) {
    add("univariate", {
      ...named("columns", univariate.column_names),
      treatAsCategorical: [...categorical, ...(univariate.treat_as_categorical ?? [])],
      ...named("treatAsContinuous", univariate.treat_as_numerical),
      ...named("continuousMethods", univariate.continuous_methods),
      ...named("categoricalMethods", univariate.categorical_methods),
      ...named("thresholds", univariate.thresholds),
      ...named("columnThresholds", univariate.column_thresholds),
      ...named("independentRows", univariate.independent_rows),
      calculation: { ...named("method", univariate.calculation_method), ...named("bins", univariate.n_bins) },
    });
  }
  if (pca) {
    add("pca", {
      ...named("columns", pca.column_names),
      treatAsCategorical: categorical,
      ...named("components", pca.n_components),
      ...named("threshold", pca.threshold),
    });
  }
  if (domain_classifier) {
    add("domain_classifier", {
      ...named("columns", domain_classifier.feature_column_names),
      treatAsCategorical: categorical,
      ...named("folds", domain_classifier.cv_folds_num),
      ...named("threshold", domain_classifier.threshold),
      ...named("seed", domain_classifier.seed),
      ...named("maxRows", domain_classifier.max_rows),
    });
  }
  const quality = { missing, unseen, range };
  for (const name of ["missing", "unseen", "range"] as const) {
    const part = quality[name];
    if (part) add(name, { ...columns(part), ...named("normalize", part.normalize), treatAsCategorical: categorical });
  }
  if (stats) {
    for (const statistic of stats.statistics ?? STATISTICS) {
      add(`stats_${statistic}`, { ...columns(stats), treatAsCategorical: categorical });
    }
  }
  return plans;
}

const named = <K extends string, T>(key: K, value: T | undefined) => (value === undefined ? {} : { [key]: value });

const columns = ({ column_names, threshold, column_thresholds }: ColumnsConfig) => ({
  ...named("columns", column_names),
  ...named("threshold", threshold),
  ...named("columnThresholds", column_thresholds),
});

const performance = (config: PerformanceConfig): PerformanceOptions => ({
  ...named("metrics", config.metrics),
  ...named("thresholds", config.thresholds),
  ...named("normalizeConfusionMatrix", config.normalize_confusion_matrix),
  ...named("businessValueMatrix", config.business_value_matrix),
  ...named("normalizeBusinessValue", config.normalize_business_value),
});
