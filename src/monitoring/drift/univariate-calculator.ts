import type { Chance } from "../calculators/baseline-facts.js";
import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { ownThreshold, type Threshold } from "../calculators/threshold.js";
import { categoriesOf, isText, needColumns, numbersOf, typedColumns } from "../chunks/typed-columns.js";
import {
  type CategoricalReference,
  fitCategorical,
  measureCategorical,
  type PlacedColumn,
  placesOf,
} from "./categorical-drift.js";
import { type ContinuousReference, fitContinuous, measureContinuous } from "./continuous-drift.js";
import {
  CATEGORICAL_METHODS,
  type CategoricalMethod,
  CONTINUOUS_METHODS,
  type ContinuousMethod,
  type DriftMethod,
  driftMethod,
} from "./drift-methods.js";
import { NANNYML_UNIVARIATE, univariateConfig } from "./univariate-config.js";
import { checkMethods, type UnivariateOptions } from "./univariate-options.js";

interface AnyColumn {
  readonly name: string;
  /** The column of labels, which an analysis may not have yet. */
  readonly isTruth: boolean;
  readonly thresholds: readonly (Threshold | null)[];
}

export interface ContinuousState extends AnyColumn {
  readonly type: "continuous";
  readonly methods: readonly ContinuousMethod[];
  readonly continuous: ContinuousReference;
}

export interface CategoricalState extends AnyColumn {
  readonly type: "categorical";
  readonly methods: readonly CategoricalMethod[];
  readonly categorical: CategoricalReference;
}

type ColumnState = ContinuousState | CategoricalState;

export interface UnivariateState {
  readonly independentRows: number | null;
  readonly columns: readonly ColumnState[];
}

/** Columns of a table, each with what was learned of it. */
type Prepared = readonly (
  | { readonly column: ContinuousState; readonly numbers: Float64Array }
  | ({ readonly column: CategoricalState } & PlacedColumn)
)[];

/** Univariate drift: how far the values of each column in a chunk are from those of the whole reference. */
export const univariateCalculator: SyncCalculator<
  UnivariateOptions,
  UnivariateState,
  Prepared,
  "univariate",
  typeof univariateConfig
> = {
  name: "univariate",
  title: "Univariate drift",
  role: { of: "drift" },
  config: univariateConfig,
  nannyml: { type: "univariate_drift", keys: NANNYML_UNIVARIATE },
  fields: ["value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: true,
  fewestRows: 30,

  fit(reference, options, { compat }) {
    const { continuousMethods = ["jensen_shannon"], categoricalMethods = ["jensen_shannon"] } = options;
    checkMethods(continuousMethods, CONTINUOUS_METHODS, "continuous");
    checkMethods(categoricalMethods, CATEGORICAL_METHODS, "categorical");
    needColumns(reference, Object.keys(options.columnThresholds ?? {}), "reference");
    const columns = typedColumns(reference, options, compat).map(({ name, type }): ColumnState => {
      const thresholdsOf = (methods: readonly DriftMethod[]) =>
        methods.map((method) => thresholdOf(options, name, method));
      const isTruth = name === reference.names.truth;
      if (type === "continuous") {
        const values = numbersOf(reference, name, "reference");
        const continuous = fitContinuous(values, {
          name,
          methods: continuousMethods,
          calculation: options.calculation,
          compat,
        });
        const thresholds = thresholdsOf(continuousMethods);
        return { name, type, isTruth, methods: continuousMethods, thresholds, continuous };
      }
      const wasText = isText(reference, name);
      const categories = categoriesOf(reference, name, "reference", false);
      return {
        name,
        type,
        isTruth,
        methods: categoricalMethods,
        thresholds: thresholdsOf(categoricalMethods),
        categorical: fitCategorical(categories, name, wasText, compat),
      };
    });
    return { columns, independentRows: options.independentRows ?? null };
  },

  series: ({ columns: all, independentRows }) =>
    all.flatMap(({ name, type, methods, thresholds }, c) =>
      methods.map((method: DriftMethod, i): SeriesPlan => {
        const { title: label, range } = driftMethod(method);
        const key = `${name}_${method}`;
        const chance = chanceOf(all[c], method, independentRows);
        return { key, metric: method, label, column: name, columnType: type, threshold: thresholds[i], range, chance };
      }),
    ),

  prepare: ({ columns }, table, { period }) =>
    columns.map((column) => {
      const { name, isTruth } = column;
      const absent = isTruth && !table.columns.has(name);
      if (column.type === "continuous") {
        const numbers = absent ? new Float64Array(table.rows).fill(Number.NaN) : numbersOf(table, name, period);
        return { column, numbers };
      }
      if (absent) {
        const codes = new Int32Array(table.rows).fill(-1);
        return { column, categories: { codes, levels: [] }, places: new Int32Array(0) };
      }
      const categories = categoriesOf(table, name, period, column.categorical.wasText);
      return { column, categories, places: placesOf(column.categorical, categories) };
    }),

  measure(_state, _table, chunk, { compat, prepared, previousAlerts }) {
    let at = 0;
    return prepared.flatMap((data): RawMeasure[] => {
      const count = data.column.methods.length;
      const previous = previousAlerts.slice(at, at + count);
      at += count;
      if ("numbers" in data) {
        const { continuous, methods } = data.column;
        return measureContinuous(continuous, data.numbers, chunk, { methods, compat });
      }
      const { categorical, methods } = data.column;
      return measureCategorical(categorical, data, chunk, { methods, compat, previousAlerts: previous });
    });
  },
};

/** How far chance alone takes a method on a column. */
function chanceOf(column: ColumnState, name: DriftMethod, independentRows: number | null): Chance {
  const { n: all, shape } = column.type === "continuous" ? shapeOfNumbers(column) : shapeOfCategories(column);
  const N = Math.min(all, independentRows ?? all);
  const method = driftMethod(name);
  return {
    limit: (n, z) => (n > 0 && N > 0 ? method.chance(shape, { n, N, z }) : null),
    power: method.quadratic ? 1 : 2,
  };
}

function shapeOfNumbers({ continuous: { n, doane, deviation } }: ContinuousState) {
  return { n, shape: { shares: doane?.share ?? [], deviation } };
}

function shapeOfCategories({ categorical: { n, counts } }: CategoricalState) {
  return { n, shape: { shares: counts.map((count) => count / n), deviation: 0 } };
}

function thresholdOf(options: UnivariateOptions, column: string, method: DriftMethod): Threshold | null {
  const { threshold } = driftMethod(method);
  return (
    threshold &&
    (ownThreshold(options.columnThresholds ?? {}, column)?.[method] ?? options.thresholds?.[method] ?? threshold)
  );
}
