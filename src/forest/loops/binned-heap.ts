import type { BinnedMatrix, ColumnBins } from "./binned-matrix.js";
import { SharedHeap } from "./shared-heap.js";

/** The memory that a binned matrix lies in, and where its codes start. */
export interface BinnedHeap {
  heap: SharedHeap;
  codesAt: number;
}

const heaps = new WeakMap<BinnedMatrix, BinnedHeap>();

/** Bytes of a row of codes: a multiple of 8, so that rows can be copied by words. */
export function strideOf(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}

/** An empty binned matrix in memory of its own, or on a heap, beside which there is room for the work of threads. */
export function allocateBinned(
  names: readonly string[],
  rows: number,
  columns: readonly ColumnBins[],
  heap = new SharedHeap(rows * strideOf(columns.length)),
): BinnedMatrix {
  const stride = strideOf(columns.length);
  const codesAt = heap.allocate(rows * stride);
  const binned = { names, rows, stride, codes: new Uint8Array(heap.memory.buffer, codesAt, rows * stride), columns };
  heaps.set(binned, { heap, codesAt });
  return binned;
}

/** The memory of a binned matrix; one that has none yet is copied to memory of its own. */
export function heapOf(binned: BinnedMatrix): BinnedHeap {
  const known = heaps.get(binned);
  if (known) return known;
  const shared = allocateBinned(binned.names, binned.rows, binned.columns);
  shared.codes.set(binned.codes);
  const own = heapOf(shared);
  heaps.set(binned, own);
  return own;
}

/** Gives the memory of a binned matrix back, for the next one on its heap. */
export function free(binned: BinnedMatrix): void {
  const { heap, codesAt } = heapOf(binned);
  heap.free(codesAt, binned.rows * binned.stride);
  heaps.delete(binned);
}
