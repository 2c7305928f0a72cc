import { ChurnError } from "../core/errors.js";
import { snakeCase } from "../core/key-case.js";
import type { StageContext } from "../core/progress.js";
import { fitBoosting } from "../forest/boosting/fit-boosting.js";
import { fitForest } from "../forest/grow/fit-forest.js";
import type { FeatureColumn, Matrix } from "../forest/matrix/matrix.js";
import type { Forest } from "../forest/model/forest.js";
import { checkBoostingOptions } from "../forest/trees/boosting-options.js";
import { checkForestOptions } from "../forest/trees/forest-options.js";
import { fromSnakeCase } from "../forest/trees/snake-case.js";
import { BOOSTING_OPTIONS, FOREST_OPTIONS, onlyModel } from "../forest/trees/tree-options.js";
import { TABLE_OPTIONS, type TreeOptions, type TreeSettings, treeOptions } from "./options.js";
import type { TrainingTable } from "./read-training-table.js";

/**
 * Checks how trees are to be fitted.
 *
 * @throws ChurnError BAD_OPTION, also for an option that the chosen model does not have
 */
export function checkTableOptions(options: TreeOptions): TreeSettings {
  const settings = treeOptions.parse(options);
  const { task, class_weight, criterion, model } = settings;
  for (const name of TABLE_OPTIONS) {
    const only = onlyModel(name) ?? model;
    if (settings[snakeCase(name)] === undefined || only === model) continue;
    throw new ChurnError("BAD_OPTION", `option "${snakeCase(name)}" is one of --model ${only}, not of ${model}`);
  }
  if (task === "regression" && (class_weight || criterion)) {
    const key = criterion ? "criterion" : "class_weight";
    throw new ChurnError("BAD_OPTION", `option "${key}" is for classes, not for a regression`);
  }
  if (model === "forest") checkForestOptions(fromSnakeCase(FOREST_OPTIONS, settings));
  else checkBoostingOptions(boostingOptionsOf(settings));
  return settings;
}

/**
 * Fits trees on rows of a table.
 *
 * @param rows the rows to learn from; all of them have a label
 */
export async function fitTrees(
  { x, label, weight, labelled }: Pick<TrainingTable, "x" | "label" | "weight" | "labelled">,
  rows: Int32Array,
  settings: TreeSettings,
  { onProgress, signal }: StageContext = {},
): Promise<Forest> {
  const part = rowsOf(x, rows);
  const y = Float64Array.from(rows, (row) => label.y[row]);
  const shared = {
    task: settings.task,
    classNames: label.classes.length > 0 ? label.classes : undefined,
    sampleWeight: weight && Float64Array.from(rows, (row) => weight[row]),
    onProgress,
    signal,
  };
  if (settings.model === "boosting") {
    const own = boostingOptionsOf(settings);
    // defaults are those of the whole table, also where a fold of it is fitted
    return fitBoosting(part, y, { ...own, ...checkBoostingOptions(own, labelled.length), ...shared });
  }
  return fitForest(part, y, { ...fromSnakeCase(FOREST_OPTIONS, settings), ...shared, threads: settings.threads });
}

const boostingOptionsOf = (settings: TreeSettings) => fromSnakeCase([...BOOSTING_OPTIONS, "classWeight"], settings);

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
