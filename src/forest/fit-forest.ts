import { ChurnError } from "../core/errors.js";
import { type BinnedMatrix, bin } from "./bin.js";
import { concatTrees } from "./concat-trees.js";
import { type BinnedRows, Forest } from "./forest.js";
import { checkForestOptions, type ForestOptions } from "./forest-options.js";
import { forestGrower } from "./grow-forest.js";
import type { Matrix } from "./matrix.js";
import type { Trees } from "./tree.js";

export interface FitOptions extends ForestOptions {
  /** Names of the classes, by number; the numbers themselves when left out. */
  classNames?: readonly string[];
}

/**
 * Fits a random forest (Breiman 2001) on binned columns, as gradient boosting does (Ke et al. 2017).
 *
 * @param x a matrix, or rows of a binned one: folds and grid points then share the bins
 * @param y class of each row of the matrix, 0 … k − 1; with `rows`, of each row of the whole binned matrix
 * @throws ChurnError BAD_INPUT, BAD_OPTION; INTERRUPTED when the signal aborts
 */
export async function fitForest(
  x: Matrix | BinnedRows,
  y: ArrayLike<number>,
  options: FitOptions = {},
): Promise<Forest> {
  const settings = checkForestOptions(options);
  const binned: BinnedMatrix = "binned" in x ? x.binned : bin(x, settings.maxBins);
  const rows = ("binned" in x ? x.rows : undefined) ?? Int32Array.from({ length: binned.rows }, (_, i) => i);
  const labels = checkLabels(y, binned.rows);
  checkRows(rows, binned.rows);
  const classes = Math.max(2, options.classNames?.length ?? 0, labels.classes);
  if (classes > 2) throw new ChurnError("BAD_INPUT", `labels have ${classes} classes, a forest takes two`);
  const grow = forestGrower({ binned, rows, y: labels.codes, classes, settings });
  const parts: Trees[] = [];
  for (let t = 0; t < settings.numTrees; t++) {
    if (options.signal?.aborted) throw new ChurnError("INTERRUPTED", `fit was interrupted after ${t} trees`);
    parts.push(grow(t));
    if (t % 8 === 7) {
      options.onProgress?.({ task: "fit forest", done: t + 1, total: settings.numTrees, unit: "trees" });
      await new Promise(setImmediate);
    }
  }
  return new Forest({
    names: [...binned.names],
    classes: options.classNames ?? Array.from({ length: classes }, (_, k) => String(k)),
    options: settings,
    columns: binned.columns,
    trees: concatTrees(parts),
  });
}

function checkLabels(y: ArrayLike<number>, rows: number): { codes: Uint8Array; classes: number } {
  if (y.length !== rows) throw new ChurnError("BAD_INPUT", `there are ${y.length} labels for ${rows} rows`);
  const codes = new Uint8Array(new SharedArrayBuffer(Math.max(1, rows)), 0, rows);
  let classes = 0;
  for (let i = 0; i < rows; i++) {
    const label = y[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < 256)) {
      throw new ChurnError("BAD_INPUT", `label ${label} of row ${i} is not a class`, {
        hint: "labels are whole numbers from 0, at most 255",
      });
    }
    codes[i] = label;
    if (label >= classes) classes = label + 1;
  }
  return { codes, classes };
}

function checkRows(rows: Int32Array, size: number): void {
  if (rows.length === 0) throw new ChurnError("NO_DATA", "a forest cannot be fitted on no rows");
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]! < 0 || rows[i]! >= size) {
      throw new ChurnError("BAD_INPUT", `row ${rows[i]} is outside of the matrix of ${size} rows`);
    }
  }
}
