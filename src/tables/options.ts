import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import { type SnakeCase, snakeCase } from "../core/key-case.js";
import type { OptionSet } from "../core/option-set.js";
import { optionSchema, shownTreeDefault } from "../forest/trees/option-schema.js";
import type { FileInput, SnakeValues } from "../forest/trees/snake-case.js";
import { onlyModel, TREE_OPTIONS, type TreeModel, treeDefault } from "../forest/trees/tree-options.js";
import type { ColumnOverrides } from "../table-files/column-reading.js";

/** The options of trees that a table is fitted with; monotone columns and the limits of early stopping are for programs. */
export const TABLE_OPTIONS = [
  ...(["numTrees", "maxDepth", "maxLeaves", "maxFeatures", "minSamplesLeaf", "minSamplesSplit", "maxSamples"] as const),
  ...(["bootstrap", "criterion", "classWeight", "learningRate", "l2", "earlyStopping", "maxBins", "seed"] as const),
] as const;
type TableOption = (typeof TABLE_OPTIONS)[number];

/** Options with one default for both models. */
const COMMON_DEFAULT = ["numTrees", "maxBins", "seed"] as const;
type CommonDefault = (typeof COMMON_DEFAULT)[number];

interface FitKind {
  model: TreeModel;
  task: "classification" | "regression";
}

/** What a caller may say; each option has one name and one meaning, see docs/options.md. */
export type TreeOptions = Partial<FitKind> & { threads?: number | undefined } & {
  [Name in TableOption as SnakeCase<Name>]?: FileInput<Name> | undefined;
};

/** The same, checked; what was left out takes the default of the model. */
export type TreeSettings = FitKind & { threads?: number | undefined } & Partial<SnakeValues<TableOption>> &
  SnakeValues<CommonDefault>;

/** How trees are fitted on a table: the options of a forest and of boosted trees. */
export const treeOptions = defineOptions("forest", {
  model: z.enum(["forest", "boosting"]).default("forest").describe("a random forest, or boosted trees"),
  task: z
    .enum(["classification", "regression"])
    .default("classification")
    .describe("whether the label is a class, or a quantity to predict"),
  ...Object.fromEntries(TABLE_OPTIONS.map((name) => [snakeCase(name), tableOption(name)])),
  threads: z.int().min(1).optional().describe("threads; left out: as many as there are cores"),
}) as OptionSet<TreeOptions, TreeSettings>;

function tableOption(name: TableOption) {
  const { help } = TREE_OPTIONS[name];
  const only = onlyModel(name);
  const schema = optionSchema(name);
  if (COMMON_DEFAULT.some((common) => common === name)) {
    return schema.prefault(treeDefault(name, "forest") as never).describe(help);
  }
  return schema.optional().describe(`${only ? `${only}: ` : ""}${help}; left out: ${shownTreeDefault(name)}`);
}

/** Which columns of a table are what. */
export interface TableRoles extends ColumnOverrides {
  /** The column that is to be predicted. */
  label: string;
  /** The class that counts as positive; all others are then one. */
  positive?: string;
  /** Columns that are not learnt from. */
  exclude?: readonly string[];
  /** Column of weights of rows, ≥ 0. */
  weight?: string;
}
