import { MISSING } from "../loops/missing.js";

/**
 * Trees as flat arrays, node after node; the children of a node are neighbours, `left` and `left + 1`.
 *
 * A node has `column` −1 when it is a leaf. It sends a row left whose code in `column` is at most `split`; where `split` is
 * negative, the codes that go left are set number −1 − split of `sets` (8 words of 32 bits each).
 */
export interface Trees {
  /** Index of the first node of each tree, and the number of nodes at the end. */
  offsets: Int32Array;
  column: Int32Array;
  split: Int32Array;
  /** 1 where a missing value goes left. */
  missingLeft: Uint8Array;
  /** Index of the left child among all nodes; 0 for a leaf. */
  left: Int32Array;
  /** Sum of weights of the training rows that came by. */
  cover: Float64Array;
  /** `outputs` numbers a node, also for inner nodes, so that a tree can be cut. */
  value: Float64Array;
  /** 1 for P(1), regression and boosting; the number of classes otherwise. */
  outputs: number;
  sets: Uint32Array;
}

/** The buffers of trees, to be moved to another thread without a copy. */
export function transferables(trees: Trees): ArrayBuffer[] {
  const { offsets, column, split, missingLeft, left, cover, value, sets } = trees;
  return [offsets, column, split, missingLeft, left, cover, value, sets].map((array) => array.buffer as ArrayBuffer);
}

/** Whether a row with this code in the column of an inner node goes left. */
export function goesLeft(trees: Trees, node: number, code: number): boolean {
  if (code === MISSING) return trees.missingLeft[node] === 1;
  const split = trees.split[node];
  if (split >= 0) return code <= split;
  return ((trees.sets[(-1 - split) * 8 + (code >> 5)] >>> (code & 31)) & 1) === 1;
}
