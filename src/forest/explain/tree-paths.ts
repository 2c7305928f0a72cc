import type { Trees } from "../trees/tree.js";

/** Sum over trees of the mean of the leaves, weighed by the shares of covers on the way to each. */
export function expectation(trees: Trees, k: number): number {
  const share = new Float64Array(trees.column.length);
  let sum = 0;
  for (let t = 0; t + 1 < trees.offsets.length; t++) share[trees.offsets[t]] = 1;
  for (let i = 0; i < share.length; i++) {
    if (trees.column[i] < 0) {
      sum += share[i] * trees.value[i * trees.outputs + k];
      continue;
    }
    const left = trees.left[i];
    share[left] = (share[i] * trees.cover[left]) / trees.cover[i];
    share[left + 1] = (share[i] * trees.cover[left + 1]) / trees.cover[i];
  }
  return sum;
}

/** Depth of the deepest leaf, and the most different columns on a path. */
export function pathSizes(trees: Trees, width: number): { depth: number; most: number } {
  const uses = new Int32Array(width);
  let depth = 0;
  let most = 0;
  function visit(node: number, level: number, columns: number): void {
    const j = trees.column[node];
    if (j < 0) {
      depth = Math.max(depth, level);
      most = Math.max(most, columns);
      return;
    }
    const more = uses[j] === 0 ? 1 : 0;
    uses[j]++;
    visit(trees.left[node], level + 1, columns + more);
    visit(trees.left[node] + 1, level + 1, columns + more);
    uses[j]--;
  }
  for (let t = 0; t + 1 < trees.offsets.length; t++) visit(trees.offsets[t], 0, 0);
  return { depth, most };
}
