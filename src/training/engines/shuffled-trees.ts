import type { BinnedMatrix } from "../../forest/loops/binned-matrix.js";
import type { Forest } from "../../forest/model/forest.js";
import { goesLeft, type Trees } from "../../forest/trees/tree.js";

/**
 * Scores of boosted trees with one column shuffled: only the trees that split by it are walked again, a few of them where trees
 * are small.
 *
 * @returns a function of the column and of the row that each row takes its value from; null for a column that no tree looks at
 */
export function shuffledTreeScores(forest: Forest, binned: BinnedMatrix) {
  const { trees, numTrees } = forest;
  const { rows, codes, stride } = binned;
  const treesOf = new Map<number, number[]>();
  for (let t = 0; t < numTrees; t++) {
    for (const column of new Set(trees.column.subarray(trees.offsets[t], trees.offsets[t + 1]))) {
      if (column >= 0) treesOf.set(column, [...(treesOf.get(column) ?? []), t]);
    }
  }
  const sums = new Float64Array(rows);
  // what each tree gives each row
  const given = new Float64Array(rows * numTrees);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let t = 0; t < numTrees; t++, at++) {
      given[at] = trees.value[leafOf(trees, t, codes, i * stride)];
      sums[i] += given[at];
    }
  }
  return (column: number, from: Int32Array): Float64Array | null => {
    const own = treesOf.get(column);
    if (!own) return null;
    return sums.map((sum, i) => {
      const at = i * stride;
      const code = codes[from[i] * stride + column];
      let changed = sum;
      if (codes[at + column] !== code) {
        for (const t of own) {
          changed += trees.value[leafOf(trees, t, codes, at, column, code)] - given[i * numTrees + t];
        }
      }
      return forest.score(changed, numTrees);
    });
  };
}

/** The leaf of a row, with another code in one column where one is given. */
function leafOf(trees: Trees, tree: number, codes: Uint8Array, at: number, other = -1, code = 0): number {
  let node = trees.offsets[tree];
  for (let column = trees.column[node]; column >= 0; column = trees.column[node]) {
    node = trees.left[node] + (goesLeft(trees, node, column === other ? code : codes[at + column]) ? 0 : 1);
  }
  return node;
}
