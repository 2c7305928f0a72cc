import { SharedHeap } from "../loops/shared-heap.js";
import { wasmLoops } from "../loops/wasm-loops.js";
import type { Matrix } from "../matrix/matrix.js";
import type { BinnedRows, Forest } from "../model/forest.js";
import { goesLeft, type Trees } from "../trees/tree.js";
import { gaussLegendre } from "./gauss-legendre.js";
import { expectation, pathSizes } from "./tree-paths.js";

/** Rows that are explained together. */
const BLOCK = 64;

/**
 * What each column adds to the score of each row: to a probability, to a mean, to the logit of boosted trees, or to what the
 * softmax takes for a class.
 */
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
 * of its leaves, as in Linear TreeSHAP (Yu et al. 2022). A row costs time in proportion to nodes ×
 * columns on a path.
 *
 * @param forest a forest, or boosted trees
 * @param x columns by name, or rows of the binned matrix of the fit
 * @param output class whose probability is explained; class 1 of two, and the only output of a regression, when left out
 * @returns rows × columns, and the score to which they are added
 * @example
 * ```ts
 * const { values, baseline } = shapValues(forest, x);
 * values[row * forest.names.length + column];
 * ```
 */
export function shapValues(forest: Forest, x: Matrix | BinnedRows, output?: number): ShapValues {
  const { trees } = forest;
  const { binned, rows } = forest.binned(x);
  const width = forest.names.length;
  const size = rows ? rows.length : binned.rows;
  const k = trees.outputs === 1 ? 0 : (output ?? 1);
  const sign = trees.outputs === 1 && output === 0 && forest.classes.length === 2 ? -1 : 1;
  const values = new Float64Array(size * width);
  const scale = sign * forest.treeWeight;
  const explainer = openExplainer(trees, width, k);
  try {
    for (let from = 0; from < size; from += BLOCK) {
      const starts = Int32Array.from({ length: Math.min(BLOCK, size - from) }, (_, i) => {
        return (rows ? rows[from + i] : from + i) * binned.stride;
      });
      const own = explainer.explain(binned.codes, starts);
      for (let i = 0; i < starts.length; i++) {
        for (let j = 0; j < width; j++) values[(from + i) * width + j] = own[j * BLOCK + i] * scale;
      }
    }
  } finally {
    explainer.close();
  }
  const mean = forest.offsets[k] + forest.treeWeight * expectation(trees, k);
  return { values, baseline: sign === 1 ? mean : forest.link === "logistic" ? -mean : 1 - mean };
}

let shared: SharedHeap | undefined;

/** Memory of this thread for explanations, made when it is first needed. */
function ownHeap(): SharedHeap {
  shared ??= new SharedHeap(1 << 16);
  return shared;
}

/** Explains blocks of rows: what of a step down or up a tree is the same for all rows is done once for all of them. */
function openExplainer(trees: Trees, width: number, k: number) {
  const { column, left, cover, value, outputs } = trees;
  const { depth, most } = pathSizes(trees, width);
  const size = Math.max(1, Math.ceil(most / 2));
  const heap = ownHeap();
  const { descend, ascend } = wasmLoops(heap.memory);
  const ROW = 8 * BLOCK;
  const levels = depth + 2;
  const level = 2 * ROW * size + 2 * ROW;
  const bytes = 48 * size + ROW + width * ROW + levels * level;
  const nodesAt = heap.allocate(bytes);
  const nonesAt = nodesAt + 48 * size;
  const ownAt = nonesAt + ROW;
  const levelsAt = ownAt + width * ROW;
  const { buffer } = heap.memory;
  const numbers = (at: number, count: number) => new Float64Array(buffer, at, count);
  // a level has the products over the columns of the path, the sums over the leaves below, and which rows pass to the left
  // and to the right given the other splits of the column on the path
  const productAt = (l: number) => levelsAt + l * level;
  const belowAt = (l: number) => productAt(l) + ROW * size;
  const onesAt = (l: number, right: 0 | 1) => belowAt(l) + ROW * size + (right ? ROW : 0);
  const memory = new Float64Array(buffer);
  const { nodes, weights } = gaussLegendre(size);
  const table = numbers(nodesAt, 6 * size);
  for (let q = 0; q < size; q++)
    table.set([1 - nodes[q], 1 - nodes[q], nodes[q], nodes[q], weights[q], weights[q]], 6 * q);
  numbers(nonesAt, BLOCK).fill(1);
  const own = numbers(ownAt, width * BLOCK);
  // state of each column on the path: the share of covers when it is not known, and the rows that pass when it is
  const zero = new Float64Array(width).fill(1);
  const ones = new Int32Array(width).fill(nonesAt);
  let codes: Uint8Array = new Uint8Array(0);
  let starts: Int32Array = new Int32Array(0);
  let count = 0;

  function visit(node: number, l: number): void {
    const j = column[node];
    const oldZero = zero[j];
    const oldOnes = ones[j];
    const toLeft = onesAt(l, 0) / 8;
    const toRight = onesAt(l, 1) / 8;
    for (let i = 0; i < count; i++) {
      const p = i < starts.length && goesLeft(trees, node, codes[starts[i] + j]) ? 1 : 0;
      const old = memory[oldOnes / 8 + i];
      memory[toLeft + i] = old * p;
      memory[toRight + i] = old * (1 - p);
    }
    for (const right of [0, 1] as const) {
      const child = left[node] + right;
      const newZero = (oldZero * cover[child]) / cover[node];
      const newOnes = onesAt(l, right);
      const end = newOnes + 8 * count;
      const leaf = column[child] < 0;
      const scale = leaf ? value[child * outputs + k] : 1;
      const target = leaf ? belowAt(l + 1) : productAt(l + 1);
      descend(productAt(l), target, oldOnes, newOnes, end, oldZero, newZero, scale, nodesAt, size);
      if (!leaf) {
        zero[j] = newZero;
        ones[j] = newOnes;
        memory.fill(0, belowAt(l + 1) / 8, belowAt(l + 1) / 8 + count * size);
        visit(child, l + 1);
      }
      // a split of the same column further up counted these leaves with the state it left
      ascend(belowAt(l + 1), belowAt(l), oldOnes, newOnes, end, oldZero, newZero, ownAt + j * ROW, nodesAt, size);
    }
    zero[j] = oldZero;
    ones[j] = oldOnes;
  }

  return {
    /** Shapley values of rows whose codes begin at `starts`, summed over trees: BLOCK numbers a column. */
    explain(allCodes: Uint8Array, rowStarts: Int32Array): Float64Array {
      codes = allCodes;
      starts = rowStarts;
      count = Math.ceil(starts.length / 2) * 2;
      own.fill(0);
      for (let tree = 0; tree + 1 < trees.offsets.length; tree++) {
        const root = trees.offsets[tree];
        if (column[root] < 0) continue;
        memory.fill(1, productAt(0) / 8, productAt(0) / 8 + count * size);
        visit(root, 0);
      }
      return own;
    },
    close: () => heap.free(nodesAt, bytes),
  };
}
