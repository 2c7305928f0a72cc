import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { optionSchema, shownTreeDefault } from "../forest/trees/option-schema.js";
import type { FileInput } from "../forest/trees/snake-case.js";
import { DEFAULT_SEED, onlyModel, TREE_OPTIONS, type TreeOptionName } from "../forest/trees/tree-options.js";
import { TREES } from "./engines/default-trees.js";

/** Values of an option of trees to try, for the model whose grid they are in. */
function grid<Name extends TreeOptionName>(name: Name, tried: FileInput<Name>[], model = onlyModel(name)) {
  return valuesOf(name)
    .prefault(tried)
    .describe(`${model ? `${model}: ` : ""}${TREE_OPTIONS[name].help}; values to try`);
}

/** The same for an option that is not part of the grid unless it is named. */
function gridIfNamed<Name extends TreeOptionName>(name: Name) {
  const help = `${onlyModel(name)}: ${TREE_OPTIONS[name].help}; values to try; left out: ${shownTreeDefault(name)}`;
  return valuesOf(name).optional().describe(help);
}

const valuesOf = <Name extends TreeOptionName>(name: Name) => z.array(optionSchema(name)).min(1);

/** Trees of each engine where none are named. */
const shownTrees = `${TREES.forest.join(", ")}, boosting: ${TREES.boosting.join(", ")}`;

const share = () => z.number().gt(0).lt(1);

/** Options of the training stage. */
export const trainOptions = defineOptions("train", {
  engine: z
    .enum(["auto", "forest", "boosting", "both", "logistic", "ml-random-forest"])
    .default("auto")
    .describe(
      "auto: all candidates, and the one of least cross-validated log loss is taken; forest, boosting, both of these, or logistic: only they may be; ml-random-forest is for comparison, up to 5,000 training rows",
    ),
  num_trees: valuesOf("numTrees")
    .optional()
    .describe(`${TREE_OPTIONS.numTrees.help}; values to try; left out: ${shownTrees}`),
  max_depth: grid("maxDepth", [5, 10], "forest"),
  max_features: grid("maxFeatures", ["sqrt"], "forest"),
  max_leaves: grid("maxLeaves", [8], "boosting"),
  learning_rate: grid("learningRate", [0.15]),
  l2: grid("l2", [20]),
  min_samples_leaf: grid("minSamplesLeaf", [20]),
  penalty: z
    .array(z.number().gt(0))
    .min(1)
    .prefault([3, 30, 300])
    .describe("logistic: penalty on the squared weights (1 / C); values to try"),
  min_samples_split: gridIfNamed("minSamplesSplit"),
  max_samples: gridIfNamed("maxSamples"),
  criterion: gridIfNamed("criterion"),
  class_weight: optionSchema("classWeight")
    .prefault("none")
    .describe(`forest and boosting: ${TREE_OPTIONS.classWeight.help}`),
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
    .describe("stop evaluating a grid point that trails the best by this much ROC AUC after two folds; null: never"),
  test_days: share().default(0.3).describe("share of snapshot days that test, the last ones"),
  test_subscribers: share().default(0.3).describe("share of subscribers that test"),
  calibration: z
    .enum(["auto", "platt", "beta", "isotonic", "none"])
    .default("auto")
    .describe(
      "how scores become probabilities, fitted on out-of-fold scores; auto: by log loss on folds that it was not fitted to",
    ),
  threshold: z
    .union([z.number().min(0).max(1), z.enum(["f1", "cost", "profit"])])
    .default("f1")
    .describe(
      "probability from which on churn is predicted: best F1 over snapshots, least cost or most profit over people, or a number",
    ),
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
  cooling_off: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("days after a contact in which a subscriber is not contacted again; null: the horizon"),
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
  seed: z.int().min(0).default(DEFAULT_SEED).describe("the same seed and data give the same model"),
  threads: z.int().min(0).default(0).describe("worker threads; 0 for one a core"),
});

/** What a caller may give to the training. */
export type TrainOptions = InputOf<typeof trainOptions>;

/** The options of the training with every default filled in. */
export type TrainSettings = SettingsOf<typeof trainOptions>;
