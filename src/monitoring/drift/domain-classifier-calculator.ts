import { ChurnError } from "../../core/errors.js";
import type { Part } from "../calculators/calculator.js";
import type { Threshold } from "../calculators/threshold.js";
import { type Column, gather, isCategory } from "../chunks/column.js";
import { categoriesOf, defaultColumns, numbersOf } from "../chunks/typed-columns.js";

export interface DomainClassifierOptions {
  /** By default every feature. */
  readonly columns?: readonly string[];
  /** Folds of the cross-validation; 5. */
  readonly folds?: number;
  /** Most reference rows that are kept, spread evenly; 10,000. With `compat: "nannyml"` all. */
  readonly maxRows?: number;
  readonly threshold?: Threshold;
  readonly seed?: number;
}

export interface DomainClassifierState {
  /** Reference rows that are kept, and where they stood. */
  readonly columns: readonly { readonly name: string; readonly values: Column; readonly wasText: boolean }[];
  readonly places: Uint32Array;
  readonly rows: number;
  readonly folds: number;
  readonly trees: typeof FAST;
  readonly compat: boolean;
  readonly seed: number;
  readonly threshold: Threshold;
}

// what is asked is whether there is a difference, not for the best classifier; NannyML takes LightGBM's defaults
const FAST = { numTrees: 25, learningRate: 0.3, maxLeaves: 15, maxBins: 63 };
const NANNYML = { numTrees: 100, learningRate: 0.1, maxLeaves: 31, maxBins: 255 };
/** Names, limits and rules of the domain classifier; its measures are made below, since they take their time. */
export const domainClassifierPart: Part<DomainClassifierOptions, DomainClassifierState> = {
  name: "domain_classifier",
  fields: ["value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
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
      threshold: options.threshold ?? { type: "constant", lower: 0.45, upper: 0.65 },
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
  measure() {
    throw new ChurnError("BAD_USAGE", "the domain classifier is measured by measureDomainClassifier");
  },
};
