import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import type { Threshold } from "../calculators/threshold.js";
import {
  categoriesOf,
  isText,
  needColumns,
  numbersOf,
  type TypedColumn,
  typedColumns,
} from "../chunks/typed-columns.js";
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

interface ColumnState extends TypedColumn {
  /** The column of labels, which an analysis may not have yet. */
  readonly isTruth: boolean;
  readonly methods: readonly DriftMethod[];
  readonly thresholds: readonly (Threshold | null)[];
  readonly continuous?: ContinuousReference;
  readonly categorical?: CategoricalReference;
}

export interface UnivariateState {
  readonly independentRows: number | null;
  readonly columns: readonly ColumnState[];
}

type Prepared = readonly ({ readonly numbers: Float64Array } | PlacedColumn)[];

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
    const columns = typedColumns(reference, options, compat).map((column): ColumnState => {
      const { name, type } = column;
      const methods: readonly DriftMethod[] = type === "continuous" ? continuousMethods : categoricalMethods;
      const thresholds = methods.map((method) => thresholdOf(options, name, method));
      const isTruth = name === reference.names.truth;
      if (type === "continuous") {
        const values = numbersOf(reference, name, "reference");
        const continuous = fitContinuous(values, {
          name,
          methods: continuousMethods,
          calculation: options.calculation,
          compat,
        });
        return { ...column, isTruth, methods, thresholds, continuous };
      }
      const wasText = isText(reference, name);
      const categories = categoriesOf(reference, name, "reference", false);
      return {
        ...column,
        isTruth,
        methods,
        thresholds,
        categorical: fitCategorical(categories, name, wasText, compat),
      };
    });
    return { columns, independentRows: options.independentRows ?? null };
  },

  series: ({ columns }) =>
    columns.flatMap(({ name, type, methods, thresholds }) =>
      methods.map((method, i): SeriesPlan => {
        const { title: label, range } = driftMethod(method);
        const key = `${name}_${method}`;
        return { key, metric: method, label, column: name, columnType: type, threshold: thresholds[i], range };
      }),
    ),

  prepare: ({ columns }, table, { period }) =>
    columns.map(({ name, categorical, isTruth }) => {
      if (isTruth && !table.columns.has(name)) {
        const codes = new Int32Array(table.rows).fill(-1);
        if (!categorical) return { numbers: new Float64Array(table.rows).fill(Number.NaN) };
        return { categories: { codes, levels: [] }, places: new Int32Array(0) };
      }
      if (!categorical) return { numbers: numbersOf(table, name, period) };
      const categories = categoriesOf(table, name, period, categorical.wasText);
      return { categories, places: placesOf(categorical, categories) };
    }),

  measure({ columns, independentRows }, _table, chunk, { compat, prepared, previousAlerts, isReference }) {
    let at = 0;
    return columns.flatMap((column, c): RawMeasure[] => {
      const previous = previousAlerts.slice(at, at + column.methods.length);
      at += column.methods.length;
      const data = prepared[c];
      const raw =
        "numbers" in data
          ? measureContinuous(column.continuous as ContinuousReference, data.numbers, chunk, {
              methods: column.methods as readonly ContinuousMethod[],
              compat,
            })
          : measureCategorical(column.categorical as CategoricalReference, data, chunk, {
              methods: column.methods as readonly CategoricalMethod[],
              compat,
              previousAlerts: previous,
            });
      return isReference && !compat ? withChance(raw, column, independentRows) : raw;
    });
  },
};

/** Measures of a reference chunk with how far chance alone goes. */
function withChance(raw: readonly RawMeasure[], column: ColumnState, independentRows: number | null): RawMeasure[] {
  const { continuous, categorical, methods } = column;
  const all = continuous?.n ?? categorical?.n ?? 0;
  const rows = Math.min(all, independentRows ?? all);
  const shares = continuous?.doane?.share ?? categorical?.counts.map((count) => count / categorical.n) ?? [];
  const shape = { shares, deviation: continuous?.deviation ?? 0 };
  return raw.map((each, i) => ({
    ...each,
    chance: each.n > 0 && rows > 0 ? (driftMethod(methods[i]).chance(shape, each.n, rows) ?? undefined) : undefined,
  }));
}

function thresholdOf(options: UnivariateOptions, column: string, method: DriftMethod): Threshold | null {
  const { threshold } = driftMethod(method);
  return threshold && (options.columnThresholds?.[column]?.[method] ?? options.thresholds?.[method] ?? threshold);
}
