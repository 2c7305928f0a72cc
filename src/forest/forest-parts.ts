import type { ColumnBins } from "./binned-matrix.js";
import type { BoostingSettings } from "./boosting-options.js";
import type { ForestSettings } from "./forest-options.js";
import type { Trees } from "./tree.js";

/** What a forest is made of; `toBytes` keeps all of it. */
export interface ForestParts {
  names: readonly string[];
  /** Names of the classes; none for a regression. */
  classes: readonly string[];
  options: ForestSettings | BoostingSettings;
  columns: readonly ColumnBins[];
  trees: Trees;
  /** Of boosted trees: what the sum of each output starts with, and what makes probabilities of the sums. */
  boosting?: { offsets: readonly number[]; l2: number; link: "none" | "logistic" | "softmax" };
}
