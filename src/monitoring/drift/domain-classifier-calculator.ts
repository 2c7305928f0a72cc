import { z } from "zod";
import { ChurnError } from "../../core/errors.js";
import type { Calculator, RawMeasure } from "../calculators/calculator.js";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { columnNames, threshold } from "../calculators/config-values.js";
import { byDefault } from "../calculators/threshold.js";
import { gather, isCategory } from "../chunks/column.js";
import { categoriesOf, defaultColumns, numbersOf } from "../chunks/typed-columns.js";
import type { DomainClassifierOptions, DomainClassifierState } from "./domain-classifier-state.js";

// what is asked is whether there is a difference, not for the best classifier; NannyML takes LightGBM's defaults
const FAST = { numTrees: 25, learningRate: 0.3, maxLeaves: 15, maxBins: 63 };
const NANNYML = { numTrees: 100, learningRate: 0.1, maxLeaves: 31, maxBins: 255 };

const config = calculatorConfig(
  "domain_classifier",
  {
    feature_column_names: columnNames,
    cv_folds_num: z.int().min(2),
    threshold,
    seed: z.int().min(0),
    max_rows: z.int().min(1),
  },
  {
    otherNames: { column_names: "feature_column_names" },
    toOptions: (given): DomainClassifierOptions => ({
      columns: given.feature_column_names,
      folds: given.cv_folds_num,
      threshold: given.threshold,
      seed: given.seed,
      maxRows: given.max_rows,
    }),
  },
);

const USUAL = byDefault({ type: "constant", lower: 0.45, upper: 0.65 });

/** The domain classifier: how well boosted trees tell the rows of a chunk from those of the reference. */
export const domainClassifierCalculator: Calculator<
  DomainClassifierOptions,
  DomainClassifierState,
  readonly RawMeasure[],
  "domain_classifier",
  typeof config
> = {
  name: "domain_classifier",
  title: "Multivariate drift: domain classifier",
  role: { of: "multivariate drift" },
  config,
  nannyml: { type: "domain_classifier", keys: ["feature_column_names", "cv_folds_num", "threshold"] },
  fields: ["value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: false,

  fit(reference, options, { compat }) {
    const { columns, folds = 5, maxRows = compat ? Number.POSITIVE_INFINITY : 10_000, seed = 13 } = options;
    if (!Number.isInteger(folds) || folds < 2) throw new ChurnError("BAD_OPTION", `cannot make ${folds} folds`);
    const names = columns ?? defaultColumns(reference, false);
    const kept = Math.min(reference.rows, maxRows);
    const places = Uint32Array.from({ length: kept }, (_, i) => Math.floor((i * reference.rows) / kept));
    return {
      columns: names.map((name) => {
        const column = reference.columns.get(name);
        const wasText = column !== undefined && isCategory(column);
        const all = wasText
          ? categoriesOf(reference, name, "reference", true)
          : numbersOf(reference, name, "reference");
        return { name, wasText, values: kept === reference.rows ? all : gather(all, places) };
      }),
      places,
      rows: reference.rows,
      folds,
      trees: compat ? NANNYML : FAST,
      compat,
      seed,
      threshold: options.threshold ?? USUAL,
    };
  },

  series: ({ threshold }) => [
    {
      key: "domain_classifier_auroc",
      metric: "domain_classifier_auroc",
      label: "Classifier AUROC",
      threshold,
      range: { lower: 0, upper: 1 },
    },
  ],

  // trees take their time: all chunks are measured before, and on two threads
  prepare(state, table, { period, chunks, measureQueue }) {
    const columns = state.columns.map(({ name, wasText }) =>
      wasText ? categoriesOf(table, name, period, true) : numbersOf(table, name, period),
    );
    return measureQueue({ state, columns, chunks, period }, chunks.length * state.places.length);
  },

  measure: (_state, _table, { index }, { prepared }) => [prepared[index]],

  // the forest is loaded when it is asked for
  measureQueue: async (queue) => (await import("./measure-domain.js")).measureDomain(queue),
};
