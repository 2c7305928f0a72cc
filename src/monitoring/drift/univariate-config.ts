import { z } from "zod";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { columnNames, listOf, perColumn, perName, threshold } from "../calculators/config-values.js";
import { CATEGORICAL_METHODS, CONTINUOUS_METHODS, DRIFT_METHODS } from "./drift-methods.js";
import type { UnivariateOptions } from "./univariate-options.js";

// this many bins take 4 MB for a column; more add nothing to the values themselves
const MOST_BINS = 1_000_000;

/** The section of univariate drift. */
export const univariateConfig = calculatorConfig(
  "univariate",
  {
    column_names: columnNames,
    treat_as_categorical: columnNames,
    treat_as_numerical: columnNames,
    continuous_methods: listOf(CONTINUOUS_METHODS),
    categorical_methods: listOf(CATEGORICAL_METHODS),
    thresholds: perName(DRIFT_METHODS, threshold),
    column_thresholds: perColumn(perName(DRIFT_METHODS, threshold)),
    calculation_method: z.enum(["auto", "exact", "estimated"]),
    n_bins: z.int().min(1).max(MOST_BINS),
    independent_rows: z.int().min(1),
  },
  {
    otherNames: { treat_as_continuous: "treat_as_numerical" },
    toOptions: (given, { categorical }): UnivariateOptions => ({
      columns: given.column_names,
      treatAsCategorical: [...categorical, ...(given.treat_as_categorical ?? [])],
      treatAsContinuous: given.treat_as_numerical,
      continuousMethods: given.continuous_methods,
      categoricalMethods: given.categorical_methods,
      thresholds: given.thresholds,
      columnThresholds: given.column_thresholds,
      independentRows: given.independent_rows,
      calculation: { method: given.calculation_method, bins: given.n_bins },
    }),
  },
);

/** What NannyML's calculator takes of it. */
export const NANNYML_UNIVARIATE = [
  "column_names",
  "treat_as_categorical",
  "treat_as_numerical",
  "continuous_methods",
  "categorical_methods",
  "thresholds",
] as const;
