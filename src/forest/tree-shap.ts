import type { BinnedRows, Forest } from "./forest.js";
import { gaussLegendre } from "./gauss-legendre.js";
import type { Matrix } from "./matrix.js";
import { goesLeft, type Trees } from "./tree.js";

/** What each column adds to the score of each row: to a probability, to a mean, or to the logit of boosted trees. */
export interface ShapValues {
  /** rows × columns, row after row; a row's values and the baseline sum to its score. */
  values: Float64Array;
  /** Mean score over the training rows, by the covers of the nodes. */
  baseline: number;
}

/**
 * Exact path-dependent Shapley values of trees (TreeSHAP; Lundberg, Erion and Lee 2018).
 *
 * A leaf pays its value times, for each column on its path, 1 or 0 when the column is known (the row passes its splits or
 * not) and the share of covers when it is not. The Shapley value of such a product is an integral over [0, 1] of a product
 * of linear functions, one a column, and Gauss–Legendre quadrature gives it exactly; one pass down and up a tree serves all
 * of its leaves, as in Linear TreeSHAP (Yu et al. 2022). A row costs time in proportion to nodes × columns on a path.
 *
 * @param x columns by name, or rows of the binned matrix of the fit
 * @param output class whose probability is explained; class 1 of two, and the only output of a regression, when left out
 */
export function shapValues(forest: Forest, x: Matrix | BinnedRows, output?: number): ShapValues {
  const { trees } = forest;
  const { binned, rows } = forest.binned(x);
  const width = forest.names.length;
  const size = rows ? rows.length : binned.rows;
  const k = trees.outputs === 1 ? 0 : (output ?? 1);
  const sign = trees.outputs === 1 && output === 0 && forest.classes.length === 2 ? -1 : 1;
  const explain = treeExplainer(trees, width, k);
  const values = new Float64Array(size * width);
  const scale = sign * forest.treeWeight;
  const own = new Float64Array(width);
  for (let i = 0; i < size; i++) {
    own.fill(0);
    explain(binned.codes, (rows ? rows[i]! : i) * binned.stride, own);
    for (let j = 0; j < width; j++) values[i * width + j] = own[j]! * scale;
  }
  const mean = forest.offset + forest.treeWeight * expectation(trees, k);
  return { values, baseline: sign === 1 ? mean : forest.logistic ? -mean : 1 - mean };
}

/** Sum over trees of the mean of the leaves, weighed by the shares of covers on the way to each. */
function expectation(trees: Trees, k: number): number {
  const share = new Float64Array(trees.column.length);
  let sum = 0;
  for (let t = 0; t + 1 < trees.offsets.length; t++) share[trees.offsets[t]!] = 1;
  for (let i = 0; i < share.length; i++) {
    if (trees.column[i]! < 0) {
      sum += share[i]! * trees.value[i * trees.outputs + k]!;
      continue;
    }
    const left = trees.left[i]!;
    share[left] = (share[i]! * trees.cover[left]!) / trees.cover[i]!;
    share[left + 1] = (share[i]! * trees.cover[left + 1]!) / trees.cover[i]!;
  }
  return sum;
}

/** Gives a function that adds the Shapley values of one row, summed over trees, to `own`. */
function treeExplainer(trees: Trees, width: number, k: number) {
  const { column, left, cover, value, outputs } = trees;
  const { depth, most } = pathSizes(trees, width);
  const size = Math.max(1, Math.ceil(most / 2));
  const { nodes: t, weights } = gaussLegendre(size);
  const s = t.map((node) => 1 - node);
  // product over the columns of the path, and sum over the leaves below, by depth
  const product = new Float64Array((depth + 2) * size);
  const below = new Float64Array((depth + 2) * size);
  // of each column on the path: the share of covers when it is not known, and whether the row passes when it is
  const zero = new Float64Array(width).fill(1);
  const one = new Float64Array(width).fill(1);

  return (codes: Uint8Array, row: number, own: Float64Array): void => {
    function visit(node: number, level: number): void {
      const at = level * size;
      const j = column[node]!;
      if (j < 0) {
        const leaf = value[node * outputs + k]!;
        for (let q = 0; q < size; q++) below[at + q] = leaf * product[at + q]!;
        return;
      }
      const first = left[node]!;
      const hot = goesLeft(trees, node, codes[row + j]!) ? first : first + 1;
      const oldZero = zero[j]!;
      const oldOne = one[j]!;
      for (let q = 0; q < size; q++) below[at + q] = 0;
      for (let child = first; child < first + 2; child++) {
        const newZero = (oldZero * cover[child]!) / cover[node]!;
        const newOne = child === hot ? oldOne : 0;
        zero[j] = newZero;
        one[j] = newOne;
        for (let q = 0; q < size; q++) {
          product[at + size + q] =
            (product[at + q]! * (s[q]! * newZero + t[q]! * newOne)) / (s[q]! * oldZero + t[q]! * oldOne);
        }
        visit(child, level + 1);
        let now = 0;
        let before = 0;
        for (let q = 0; q < size; q++) {
          const sum = below[at + size + q]!;
          below[at + q]! += sum;
          now += (weights[q]! * sum) / (s[q]! * newZero + t[q]! * newOne);
          before += (weights[q]! * sum) / (s[q]! * oldZero + t[q]! * oldOne);
        }
        // a split of the same column further up counted these leaves with the state it left
        own[j]! += (newOne - newZero) * now - (oldOne - oldZero) * before;
      }
      zero[j] = oldZero;
      one[j] = oldOne;
    }
    for (let tree = 0; tree + 1 < trees.offsets.length; tree++) {
      product.fill(1, 0, size);
      visit(trees.offsets[tree]!, 0);
    }
  };
}

/** Depth of the deepest leaf, and the most different columns on a path. */
function pathSizes(trees: Trees, width: number): { depth: number; most: number } {
  const uses = new Int32Array(width);
  let depth = 0;
  let most = 0;
  function visit(node: number, level: number, columns: number): void {
    const j = trees.column[node]!;
    if (j < 0) {
      depth = Math.max(depth, level);
      most = Math.max(most, columns);
      return;
    }
    const more = uses[j] === 0 ? 1 : 0;
    uses[j]!++;
    visit(trees.left[node]!, level + 1, columns + more);
    visit(trees.left[node]! + 1, level + 1, columns + more);
    uses[j]!--;
  }
  for (let t = 0; t + 1 < trees.offsets.length; t++) visit(trees.offsets[t]!, 0, 0);
  return { depth, most };
}
