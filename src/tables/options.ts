import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

const none = () => z.literal("none");

/** How trees are fitted on a table: the options of a forest and of boosted trees. */
export const treeOptions = defineOptions("forest", {
  model: z.enum(["forest", "boosting"]).default("forest").describe("a random forest, or boosted trees"),
  task: z
    .enum(["classification", "regression"])
    .default("classification")
    .describe("whether the label is a class, or a quantity to predict"),
  trees: z.int().min(1).default(100).describe("number of trees; boosting: the most"),
  max_depth: z
    .union([z.int().min(1), none()])
    .optional()
    .describe("longest way from the root to a leaf, in splits; left out: no limit"),
  max_leaves: z
    .union([z.int().min(2), none()])
    .optional()
    .describe("most leaves of a tree, the best split first; left out: no limit, boosting: 31"),
  max_features: z
    .union([z.number().gt(0), z.enum(["sqrt", "log2", "all"])])
    .optional()
    .describe("columns drawn at a split: sqrt, log2, all, a number, or a share below 1; left out: sqrt, boosting: all"),
  min_samples_leaf: z.int().min(1).optional().describe("fewest rows in a leaf; left out: 1, boosting: 20"),
  min_samples_split: z.int().min(2).optional().describe("forest: fewest rows in a node that may be split; left out: 2"),
  max_samples: z
    .number()
    .gt(0)
    .optional()
    .describe("forest: rows drawn for a tree, a share up to 1 or a number; left out: as many as there are"),
  bootstrap: z.boolean().optional().describe("forest: draw rows with replacement; left out: true"),
  criterion: z.enum(["gini", "entropy"]).optional().describe("forest: what a split lowers; left out: entropy"),
  class_weight: z
    .enum(["none", "balanced", "balanced_subsample", "balanced_bootstrap"])
    .default("none")
    .describe(
      "balanced: all classes weigh the same (scores are then no probabilities of the table's own shares); balanced_subsample: in each tree's own draw; balanced_bootstrap: a tree draws as many rows of each",
    ),
  learning_rate: z.number().gt(0).max(1).optional().describe("boosting: share of a tree that is added; left out: 0.1"),
  l2: z.number().min(0).optional().describe("boosting: weight of the squared values of leaves; left out: 0"),
  early_stopping: z
    .enum(["auto", "true", "false"])
    .optional()
    .describe("boosting: stop when a tenth of the rows, held out, gains no more; left out: auto, from 10,000 rows on"),
  max_bins: z.int().min(2).max(255).optional().describe("most bins a column; left out: 255"),
  seed: z.int().min(0).default(1).describe("seed of all that is drawn"),
  threads: z.int().min(1).optional().describe("threads; left out: as many as there are cores"),
});
/** What a caller may give of how trees are fitted. */
export type TreeOptions = InputOf<typeof treeOptions>;
/** The options of trees with every default filled in. */
export type TreeSettings = SettingsOf<typeof treeOptions>;

/** Which columns of a table are what. */
export interface TableRoles {
  /** The column that is to be predicted. */
  label: string;
  /** The class that counts as positive; all others are then one. */
  positive?: string;
  /** Columns that are not learnt from. */
  exclude?: readonly string[];
  /** Column of weights of rows, ≥ 0. */
  weight?: string;
}
