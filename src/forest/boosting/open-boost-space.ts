import { heapOf } from "../loops/binned-heap.js";
import type { BinnedMatrix, ColumnShape } from "../loops/binned-matrix.js";
import { boostBins } from "../loops/boost-bins.js";
import { wasmLoops } from "../loops/wasm-loops.js";
import type { BoostSpace } from "./boost-space.js";
import { searchBytes } from "./boost-splitter.js";

/** How much a fit needs. */
interface SpaceNeeds {
  columns: readonly ColumnShape[];
  /** Rows that are learnt from. */
  entries: number;
  maxLeaves: number;
  lossBytes: number;
}

/** Takes the memory of a fit from the heap of its matrix; `close` gives it back. */
export function openBoostSpace(
  binned: BinnedMatrix,
  { columns, entries, maxLeaves, lossBytes }: SpaceNeeds,
): BoostSpace & { close(): void } {
  const { heap, codesAt } = heapOf(binned);
  const layout = boostBins(columns);
  const slots = Math.min(maxLeaves, entries) + 1;
  const words = Math.ceil(entries / 2) * 8;
  // what is read by two floats or more comes first, where it is aligned
  const sizes = {
    ...{ searchAt: searchBytes(columns.length), binsAt: slots * layout.size, pairsAt: 16 * binned.rows },
    ...{ sideAt: 256, entriesAt: words, spareAt: words, lossAt: lossBytes },
  };
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const start = heap.allocate(bytes);
  let next = start;
  const place = (size: number) => {
    const at = next;
    next += size;
    return at;
  };
  return {
    ...{ loops: wasmLoops(heap.memory), memory: heap.memory, codesAt, stride: binned.stride, layout, slots },
    searchAt: place(sizes.searchAt),
    binsAt: place(sizes.binsAt),
    pairsAt: place(sizes.pairsAt),
    sideAt: place(sizes.sideAt),
    entriesAt: place(sizes.entriesAt),
    spareAt: place(sizes.spareAt),
    lossAt: place(sizes.lossAt),
    close: () => heap.free(start, bytes),
  };
}
