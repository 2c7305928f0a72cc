import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

const share = () => z.number().gt(0).lt(1);

/** Options of the training stage. */
export const trainOptions = defineOptions("train", {
  engine: z
    .enum(["forest", "boosting", "both", "ml-random-forest"])
    .default("forest")
    .describe("forest, boosting, both in one grid; ml-random-forest is for comparison, up to 5,000 training rows"),
  num_trees: z.array(z.int().min(1)).min(1).default([50, 100]).describe("numbers of trees to try"),
  max_depth: z.array(z.int().min(1)).min(1).default([5, 10]).describe("forest: depths of trees to try, in splits"),
  max_features: z
    .array(z.union([z.number().gt(0), z.enum(["sqrt", "log2", "all"])]))
    .min(1)
    .default(["sqrt"])
    .describe("forest: features drawn at a split, to try: sqrt, log2, all, a number, or a share below 1"),
  max_leaves: z.array(z.int().min(2)).min(1).default([8, 31]).describe("boosting: leaves of a tree, numbers to try"),
  learning_rate: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .default([0.1])
    .describe("boosting: shares of a tree that are added, to try"),
  l2: z
    .array(z.number().min(0))
    .min(1)
    .default([0])
    .describe("boosting: weights of the squared values of leaves, to try"),
  min_samples_leaf: z.array(z.int().min(1)).min(1).default([20]).describe("fewest rows in a leaf, numbers to try"),
  min_samples_split: z
    .array(z.int().min(2))
    .min(1)
    .optional()
    .describe("forest: fewest rows in a node that may be split, numbers to try; left out: 2"),
  max_samples: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .optional()
    .describe("forest: shares of the training rows drawn for a tree, to try; left out: 1"),
  criterion: z
    .array(z.enum(["gini", "entropy"]))
    .min(1)
    .optional()
    .describe("forest: what a split lowers, to try: gini, entropy; left out: entropy"),
  class_weight: z
    .enum(["balanced", "balanced_subsample", "balanced_bootstrap", "none"])
    .default("balanced")
    .describe(
      "balanced: churners and stayers weigh the same in training; balanced_subsample: in each tree's own draw; balanced_bootstrap: a tree draws as many of each",
    ),
  folds: z.int().min(2).max(20).default(3).describe("folds of the cross-validation"),
  fold_by: z
    .enum(["subscriber", "time", "row"])
    .default("subscriber")
    .describe("subscriber: all snapshots of one in one fold; time: also on later days than trained on; row: neither"),
  drop_behind: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe("ROC AUC behind the best after two folds from which on grid points are given up; null: never"),
  test_days: share().default(0.3).describe("share of snapshot days that test, the last ones"),
  test_subscribers: share().default(0.3).describe("share of subscribers that test"),
  calibration: z
    .enum(["platt", "isotonic", "none"])
    .default("platt")
    .describe("how scores become probabilities, fitted on out-of-fold scores"),
  threshold: z
    .union([z.number().min(0).max(1), z.enum(["f1", "cost", "profit"])])
    .default("f1")
    .describe("probability from which on churn is predicted: best F1, least cost, most profit, or a number"),
  cost_false_alarm: z.number().min(0).default(1).describe("cost of flagging one who stays, for threshold cost"),
  cost_missed: z.number().min(0).default(5).describe("cost of missing one who churns, for threshold cost"),
  customer_value: z.number().min(0).default(100).describe("value of a saved subscriber, for threshold profit"),
  contact_cost: z.number().min(0).default(5).describe("cost of contacting a subscriber, for threshold profit"),
  success_rate: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("share of contacted churners who stay, for threshold profit"),
  recency_feature: z.string().default("days_since_last_activity").describe("feature of the one-feature baseline"),
  segments: z
    .array(z.string())
    .default([])
    .describe("features by whose values the test rows are reported in parts, beside the snapshot day"),
  bootstrap_rounds: z.int().min(0).default(500).describe("draws of subscribers for the 95 % intervals; 0 for none"),
  permutation_repeats: z
    .int()
    .min(0)
    .default(3)
    .describe("shuffles of each feature on the test rows for its importance; 0 for none"),
  min_auc: z.number().min(0).max(1).nullable().default(null).describe("gate: least ROC AUC on the test rows"),
  max_drop: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("gate: most ROC AUC that may be lost against the model in service"),
  seed: z.int().min(0).default(42).describe("the same seed and data give the same model"),
  threads: z.int().min(0).default(0).describe("worker threads; 0 for one a core"),
});

/** What a caller may give to the training. */
export type TrainOptions = InputOf<typeof trainOptions>;

/** The options of the training with every default filled in. */
export type TrainSettings = SettingsOf<typeof trainOptions>;
