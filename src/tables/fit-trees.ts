import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { fitBoosting } from "../forest/boosting/fit-boosting.js";
import { fitForest } from "../forest/grow/fit-forest.js";
import type { FeatureColumn, Matrix } from "../forest/matrix/matrix.js";
import type { Forest } from "../forest/model/forest.js";
import { drawnColumns } from "../forest/trees/forest-options.js";
import { type TreeOptions, type TreeSettings, treeOptions } from "./options.js";
import type { TrainingTable } from "./read-training-table.js";

const ONLY: Record<string, "forest" | "boosting"> = {
  min_samples_split: "forest",
  max_samples: "forest",
  bootstrap: "forest",
  criterion: "forest",
  learning_rate: "boosting",
  l2: "boosting",
  early_stopping: "boosting",
};

/**
 * Checks how trees are to be fitted.
 *
 * @throws ChurnError BAD_OPTION, also for an option that the chosen model does not have
 */
export function checkTreeOptions(options: TreeOptions): TreeSettings {
  const settings = treeOptions.parse(options);
  for (const [key, model] of Object.entries(ONLY)) {
    if (settings[key as keyof TreeSettings] === undefined || settings.model === model) continue;
    throw new ChurnError("BAD_OPTION", `option "${key}" is one of --model ${model}, not of ${settings.model}`);
  }
  const { task, class_weight, criterion, model } = settings;
  if (task === "regression" && (class_weight !== "none" || criterion)) {
    const key = criterion ? "criterion" : "class_weight";
    throw new ChurnError("BAD_OPTION", `option "${key}" is for classes, not for a regression`);
  }
  if (model === "boosting" && (class_weight === "balanced_subsample" || class_weight === "balanced_bootstrap")) {
    throw new ChurnError("BAD_OPTION", `option "class_weight" cannot be "${class_weight}" with boosting`, {
      hint: "it draws no samples; say balanced",
    });
  }
  return settings;
}

/**
 * Fits trees on rows of a table.
 *
 * @param rows the rows to learn from; all of them have a label
 */
export async function fitTrees(
  { x, label, weight }: Pick<TrainingTable, "x" | "label" | "weight">,
  rows: Int32Array,
  settings: TreeSettings,
  { onProgress, signal }: StageContext = {},
): Promise<Forest> {
  const part = rowsOf(x, rows);
  const y = Float64Array.from(rows, (row) => label.y[row]);
  const shared = {
    task: settings.task,
    numTrees: settings.trees,
    seed: settings.seed,
    ...(settings.max_depth === undefined ? {} : { maxDepth: numberOrNull(settings.max_depth) }),
    ...(settings.max_leaves === undefined ? {} : { maxLeaves: numberOrNull(settings.max_leaves) }),
    ...(settings.min_samples_leaf === undefined ? {} : { minSamplesLeaf: settings.min_samples_leaf }),
    ...(settings.max_bins === undefined ? {} : { maxBins: settings.max_bins }),
    ...(label.classes.length > 0 ? { classNames: label.classes } : {}),
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  };
  const features = settings.max_features;
  const own = weight && Float64Array.from(rows, (row) => weight[row]);
  if (settings.model === "boosting") {
    const balance = settings.class_weight === "balanced" ? balancedWeights(y, label.classes.length, own) : own;
    return fitBoosting(part, y, {
      ...shared,
      ...(features === undefined ? {} : { maxFeatures: columnsDrawn(features, x.columns.length) }),
      ...(settings.learning_rate === undefined ? {} : { learningRate: settings.learning_rate }),
      ...(settings.l2 === undefined ? {} : { l2: settings.l2 }),
      ...(settings.early_stopping === undefined || settings.early_stopping === "auto"
        ? {}
        : { earlyStopping: settings.early_stopping === "true" }),
      ...(balance ? { sampleWeight: balance } : {}),
    });
  }
  return fitForest(part, y, {
    ...shared,
    ...(features === undefined ? {} : { maxFeatures: features === "all" ? null : features }),
    ...(settings.min_samples_split === undefined ? {} : { minSamplesSplit: settings.min_samples_split }),
    ...(settings.max_samples === undefined
      ? {}
      : { maxSamples: settings.max_samples === 1 ? null : settings.max_samples }),
    ...(settings.bootstrap === undefined ? {} : { bootstrap: settings.bootstrap }),
    ...(settings.criterion === undefined ? {} : { criterion: settings.criterion }),
    ...(settings.class_weight === "none" ? {} : { classWeight: settings.class_weight }),
    ...(settings.threads === undefined ? {} : { threads: settings.threads }),
    ...(own ? { sampleWeight: own } : {}),
  });
}

/** The rows of a matrix; the matrix itself when they are all of them. */
export function rowsOf(x: Matrix, rows: Int32Array): Matrix {
  const part = (column: FeatureColumn): FeatureColumn => {
    if (!(column instanceof Float64Array)) {
      return { levels: column.levels, codes: Int32Array.from(rows, (row) => column.codes[row]) };
    }
    const out = new Float64Array(rows.length);
    for (let i = 0; i < out.length; i++) out[i] = column[rows[i]];
    return out;
  };
  const [first] = x.columns;
  const size = first instanceof Float64Array ? first.length : first.codes.length;
  return size === rows.length ? x : { names: x.names, columns: x.columns.map(part) };
}

const numberOrNull = (value: number | "none") => (value === "none" ? null : value);

function columnsDrawn(value: number | "sqrt" | "log2" | "all", columns: number): number | null {
  if (value === "all") return null;
  return typeof value === "string" ? drawnColumns(value, columns) : Math.min(columns, value);
}

/** Weights by which all classes weigh the same, and all rows as much as without. */
function balancedWeights(y: Float64Array, classes: number, own: Float64Array | undefined): Float64Array {
  const sums = new Float64Array(classes);
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = own ? own[i] : 1;
    sums[y[i]] += weight;
    total += weight;
  }
  const present = sums.filter((sum) => sum > 0).length;
  return y.map((k, i) => ((own ? own[i] : 1) * total) / (present * sums[k]));
}
