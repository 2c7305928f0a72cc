import { MISSING } from "../loops/missing.js";
import type { NodeSplit } from "./splitter.js";

/**
 * Writes a split by categories: the first codes of an order go left, and codes that do not occur in the node go with most
 * of its rows.
 *
 * @param order codes that occur in the node, in the order in which they were tried
 * @param cut place of the last one that goes left
 */
export function setSplit(
  split: Omit<NodeSplit, "column" | "impurity" | "sums">,
  order: ArrayLike<number>,
  size: number,
  cut: number,
  mostLeft: boolean,
): void {
  const set = new Uint32Array(8).fill(mostLeft ? 0xffffffff : 0);
  for (let k = 0; k < size; k++) {
    const code = order[k];
    if (k <= cut) set[code >> 5] |= 1 << (code & 31);
    else set[code >> 5] &= ~(1 << (code & 31));
  }
  split.set = set;
  split.split = 0;
  split.missingLeft = (set[MISSING >> 5] >>> (MISSING & 31)) & 1 ? 1 : 0;
}
