import { BLOCK } from "./coder.js";
import { kernelOn } from "./kernel.js";
import { SharedHeap } from "./shared-heap.js";

/** A block of numbers, and what makes logistic functions of the first of them. */
export interface LogisticBlock {
  values: Float64Array;
  /** 1 / (1 + exp(−x)) in place of each of the first `count` values. */
  apply(count: number): void;
}

let only: LogisticBlock | undefined;

/** The block of this thread; what is in it is gone when others use it. */
export function logisticBlock(): LogisticBlock {
  if (only) return only;
  const heap = new SharedHeap(BLOCK * 8);
  const { logistic } = kernelOn(heap.memory);
  const at = heap.take(BLOCK * 8);
  only = {
    values: new Float64Array(heap.memory.buffer, at, BLOCK),
    apply: (count) => logistic(at, at + 8 * count),
  };
  return only;
}
