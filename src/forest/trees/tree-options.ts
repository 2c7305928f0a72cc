import type { OptionValue } from "./option-value.js";

/** What trees are combined to. */
export type TreeModel = "forest" | "boosting";

export type ClassWeight = "balanced" | "balanced_subsample" | "balanced_bootstrap" | readonly number[] | null;

/** The values of all options that decide what trees are grown. */
export interface TreeValues {
  numTrees: number;
  maxDepth: number | null;
  maxLeaves: number | null;
  maxFeatures: "sqrt" | "log2" | number | null;
  minSamplesLeaf: number;
  minSamplesSplit: number;
  maxSamples: number | null;
  bootstrap: boolean;
  criterion: "gini" | "entropy";
  classWeight: ClassWeight;
  learningRate: number;
  l2: number;
  monotone: Readonly<Record<string, 1 | -1>>;
  earlyStopping: boolean | "auto" | "cv";
  validationShare: number;
  patience: number;
  maxBins: number;
  seed: number | string;
}

export type TreeOptionName = keyof TreeValues;

/** All that is to be known of one option. */
export interface TreeOption<T> {
  /** What it takes; null is "no limit" everywhere. */
  readonly takes: readonly OptionValue[];
  readonly default: T;
  /** The default of boosted trees, where it is another one. */
  readonly boostingDefault?: T;
  /** That of boosted trees of fewer than `SMALL_TABLE` rows, where it is another one again. */
  readonly smallDefault?: T;
  readonly help: string;
}

/** Rows below which boosted trees have defaults that learn less from each row. */
export const SMALL_TABLE = 10_000;

/** The seed of everything that is drawn, where none is given. */
export const DEFAULT_SEED = 42;

const whole = (least: number): OptionValue => ({ type: "integer", least });
const share: OptionValue = { type: "number", above: 0, below: 1 };
const no = (means: string): OptionValue => ({ type: "null", means });
const words = (...words: string[]): OptionValue => ({ type: "word", words });

/**
 * The options of trees, each defined once: `fitForest` and `fitBoosting`, the flags of `churn forest`, the grid of `churn
 * train`, config files and the documents read them here. Files and flags write `numTrees` as `num_trees` and `--num-trees`.
 *
 * Defaults of a forest are those of scikit-learn's RandomForestClassifier but for the criterion (entropy finds more where a
 * class is rare), those of boosted trees are HistGradientBoosting's, which learn too much from each row of a small table: below
 * 10,000 rows they are 8 leaves, half of the columns at a split and an L2 of 1. (Measured on sixteen tables of scikit-learn's and
 * made ones, out of fold: log loss falls on eleven of the thirteen with classes, and R² rises on the three others; what needs deep trees,
 * a sum of squares without noise say, loses.)
 */
export const TREE_OPTIONS: { readonly [Name in TreeOptionName]: TreeOption<TreeValues[Name]> } = {
  numTrees: { takes: [whole(1)], default: 100, help: "number of trees; boosting: the most" },
  maxDepth: {
    takes: [whole(0), no("no limit")],
    default: null,
    help: "longest way from the root to a leaf, in splits",
  },
  maxLeaves: {
    takes: [whole(2), no("no limit")],
    default: null,
    boostingDefault: 31,
    smallDefault: 8,
    help: "most leaves of a tree, the best split first",
  },
  maxFeatures: {
    takes: [words("sqrt", "log2"), whole(1), share, no("all")],
    default: "sqrt",
    boostingDefault: null,
    smallDefault: 0.5,
    help: "columns drawn at each split: sqrt, log2, a number, or a share below 1",
  },
  minSamplesLeaf: {
    takes: [whole(1)],
    default: 1,
    boostingDefault: 20,
    help: "fewest rows in a leaf; a row drawn twice counts twice",
  },
  minSamplesSplit: { takes: [whole(2)], default: 2, help: "fewest rows in a node that may be split" },
  maxSamples: {
    takes: [whole(1), share, no("all")],
    default: null,
    help: "rows drawn for a tree: a number from 2, or a share up to 1",
  },
  bootstrap: { takes: [{ type: "boolean" }], default: true, help: "draw rows with replacement" },
  criterion: {
    takes: [words("gini", "entropy")],
    default: "entropy",
    help: "impurity measure that a split minimizes",
  },
  classWeight: {
    takes: [words("balanced", "balanced_subsample", "balanced_bootstrap"), { type: "weights" }, no("no weights")],
    default: null,
    help:
      "balanced: all classes weigh the same (scores are then no probabilities of the table's own shares); " +
      "balanced_subsample: in each tree's own draw; balanced_bootstrap: a tree draws as many rows of each (forest)",
  },
  learningRate: {
    takes: [{ type: "number", above: 0, most: 1 }],
    default: 0.1,
    help: "shrinkage applied to each tree",
  },
  l2: { takes: [{ type: "number", least: 0 }], default: 0, smallDefault: 1, help: "L2 regularization of leaf values" },
  monotone: {
    takes: [{ type: "signs" }],
    default: {},
    help: "1 where the score may only rise with a column, -1 where it may only fall, by column name",
  },
  earlyStopping: {
    takes: [{ type: "boolean" }, words("auto", "cv")],
    default: "auto",
    help:
      "stop when held-out rows gain no more; auto: beyond 10,000 rows; cv: four inner folds choose how many trees, which are " +
      "then fitted on all rows",
  },
  validationShare: { takes: [share], default: 0.1, help: "share of rows held out for early stopping" },
  patience: { takes: [whole(1)], default: 10, help: "trees without a gain after which to stop early" },
  maxBins: { takes: [{ type: "integer", least: 2, most: 255 }], default: 255, help: "most bins a column" },
  seed: { takes: [{ type: "number" }, { type: "text" }], default: DEFAULT_SEED, help: "seed of all that is drawn" },
};

/** What a forest takes; a saved forest names them in this order. */
export const FOREST_OPTIONS = [
  ...(["numTrees", "maxDepth", "maxFeatures", "minSamplesLeaf", "minSamplesSplit", "maxLeaves"] as const),
  ...(["maxSamples", "bootstrap", "criterion", "classWeight", "maxBins", "seed"] as const),
] as const satisfies readonly TreeOptionName[];

/** What boosted trees take; saved ones name them in this order. */
export const BOOSTING_OPTIONS = [
  ...(["numTrees", "learningRate", "maxLeaves", "maxDepth", "minSamplesLeaf", "l2", "maxFeatures"] as const),
  ...(["monotone", "earlyStopping", "validationShare", "patience", "maxBins", "seed"] as const),
] as const satisfies readonly TreeOptionName[];

/** The options that decide what a forest is; every default filled in. */
export type ForestSettings = Pick<TreeValues, (typeof FOREST_OPTIONS)[number]>;

/** The options that decide what boosted trees are; every default filled in. */
export type BoostingSettings = Pick<TreeValues, (typeof BOOSTING_OPTIONS)[number]>;

/**
 * Default of an option in a forest, or in boosted trees.
 *
 * @param rows rows of the fit; a large number when left out
 */
export function treeDefault<Name extends TreeOptionName>(
  name: Name,
  model: TreeModel,
  rows = Number.POSITIVE_INFINITY,
): TreeValues[Name] {
  const option = TREE_OPTIONS[name];
  if (model === "boosting" && rows < SMALL_TABLE && "smallDefault" in option)
    return option.smallDefault as TreeValues[Name];
  return model === "boosting" && "boostingDefault" in option
    ? (option.boostingDefault as TreeValues[Name])
    : option.default;
}

/** The model whose option this is, when the other has no such one. */
export function onlyModel(name: TreeOptionName): TreeModel | undefined {
  // boosted trees are weighted by class, too, but do not keep it among their settings
  const [forest, boosting]: (readonly TreeOptionName[])[] = [FOREST_OPTIONS, [...BOOSTING_OPTIONS, "classWeight"]];
  if (!boosting.includes(name)) return "forest";
  return forest.includes(name) ? undefined : "boosting";
}
