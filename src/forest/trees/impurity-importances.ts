import type { Trees } from "./tree.js";

/**
 * Mean decrease of impurity by column (Breiman 2001): each tree's decreases are scaled to sum to 1, then averaged, and the
 * averages scaled to 1, as scikit-learn does.
 */
export function impurityImportances(
  trees: Trees,
  columns: number,
  criterion: "gini" | "entropy" | "squares",
): Float64Array {
  const all = new Float64Array(columns);
  const own = new Float64Array(columns);
  const impurity = criterion === "entropy" ? entropy : squares;
  for (let t = 0; t + 1 < trees.offsets.length; t++) {
    own.fill(0);
    for (let i = trees.offsets[t]; i < trees.offsets[t + 1]; i++) {
      const column = trees.column[i];
      if (column < 0) continue;
      const left = trees.left[i];
      own[column] +=
        trees.cover[i] * impurity(trees, i) -
        trees.cover[left] * impurity(trees, left) -
        trees.cover[left + 1] * impurity(trees, left + 1);
    }
    addScaled(all, own);
  }
  const scaled = new Float64Array(columns);
  addScaled(scaled, all);
  return scaled;
}

/** Share of the gain of all splits by column: a node's cover is its hessian, so that its gain follows from its value. */
export function gainImportances(trees: Trees, columns: number, l2: number): Float64Array {
  const gains = new Float64Array(columns);
  // of several outputs a tree has values in one
  const saved = (node: number) => -squares(trees, node) * (trees.cover[node] + l2);
  for (let i = 0; i < trees.column.length; i++) {
    if (trees.column[i] < 0) continue;
    const left = trees.left[i];
    // limits of monotone columns can make this negative
    gains[trees.column[i]] += Math.max(0, saved(left) + saved(left + 1) - saved(i));
  }
  const scaled = new Float64Array(columns);
  addScaled(scaled, gains);
  return scaled;
}

function addScaled(to: Float64Array, from: Float64Array): void {
  let sum = 0;
  for (let j = 0; j < from.length; j++) sum += from[j];
  if (sum > 0) for (let j = 0; j < from.length; j++) to[j] += from[j] / sum;
}

/** Minus the sum of squares of what a node gives: up to a constant the Gini impurity, and the variance of a regression. */
function squares(trees: Trees, node: number): number {
  let sum = 0;
  for (let k = 0; k < trees.outputs; k++) sum -= trees.value[node * trees.outputs + k] ** 2;
  return sum;
}

function entropy(trees: Trees, node: number): number {
  if (trees.outputs === 1) {
    const p = trees.value[node];
    return minusPLogP(p) + minusPLogP(1 - p);
  }
  let sum = 0;
  for (let k = 0; k < trees.outputs; k++) sum += minusPLogP(trees.value[node * trees.outputs + k]);
  return sum;
}

function minusPLogP(p: number): number {
  return p <= 0 ? 0 : -p * Math.log2(p);
}
