import type { ColumnBins } from "../loops/binned-matrix.js";
import type { Trees } from "../trees/tree.js";
import type { BoostingSettings, ForestSettings } from "../trees/tree-options.js";

/** What a forest is made of; `toBytes` keeps all of it. */
export interface ForestParts {
  names: readonly string[];
  /** Names of the classes; none for a regression. */
  classes: readonly string[];
  options: ForestSettings | BoostingSettings;
  columns: readonly ColumnBins[];
  trees: Trees;
  /**
   * Of a forest of classes: the share of each class in what it was fitted on (of two the second's), which counts as one more tree,
   * so that no probability is 0 or 1. A forest of an older file has none.
   */
  prior?: readonly number[];
  /** Of boosted trees: what the sum of each output starts with, and what makes probabilities of the sums. */
  boosting?: { offsets: readonly number[]; l2: number; link: "none" | "logistic" | "softmax" };
}
