import type { Trees } from "./tree.js";

/** The first trees of a forest. */
export function headTrees(trees: Trees, count: number): Trees {
  const size = trees.offsets[count];
  return {
    offsets: trees.offsets.slice(0, count + 1),
    column: trees.column.slice(0, size),
    split: trees.split.slice(0, size),
    missingLeft: trees.missingLeft.slice(0, size),
    left: trees.left.slice(0, size),
    cover: trees.cover.slice(0, size),
    value: trees.value.slice(0, size * trees.outputs),
    outputs: trees.outputs,
    sets: trees.sets,
  };
}

/** Trees without what lies deeper than `maxDepth` splits; the nodes keep the order in which a tree is grown. */
export function truncateTrees(trees: Trees, maxDepth: number): Trees {
  const { outputs } = trees;
  const from: number[] = [];
  const left: number[] = [];
  const offsets = [0];
  for (let t = 0; t + 1 < trees.offsets.length; t++) {
    const open = [[from.length, 0]];
    from.push(trees.offsets[t]);
    left.push(0);
    while (open.length > 0) {
      const [node, depth] = open.pop() as [number, number];
      const old = from[node];
      if (trees.column[old] < 0 || depth >= maxDepth) continue;
      const child = from.length;
      left[node] = child;
      from.push(trees.left[old], trees.left[old] + 1);
      left.push(0, 0);
      open.push([child + 1, depth + 1], [child, depth + 1]);
    }
    offsets.push(from.length);
  }
  const value = new Float64Array(from.length * outputs);
  for (let i = 0; i < from.length; i++) {
    for (let k = 0; k < outputs; k++) value[i * outputs + k] = trees.value[from[i] * outputs + k];
  }
  return {
    offsets: Int32Array.from(offsets),
    column: Int32Array.from(from, (old, i) => (left[i] === 0 ? -1 : trees.column[old])),
    split: Int32Array.from(from, (old, i) => (left[i] === 0 ? 0 : trees.split[old])),
    missingLeft: Uint8Array.from(from, (old, i) => (left[i] === 0 ? 0 : trees.missingLeft[old])),
    left: Int32Array.from(left),
    cover: Float64Array.from(from, (old) => trees.cover[old]),
    value,
    outputs,
    sets: trees.sets,
  };
}
