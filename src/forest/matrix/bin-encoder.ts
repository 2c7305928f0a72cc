import { SharedHeap } from "../loops/shared-heap.js";
import { type WasmLoops, wasmLoops } from "../loops/wasm-loops.js";

/** Rows that are coded together: their codes stay in the second-level cache while column after column is written. */
export const BLOCK = 4096;

/** Codes blocks of a matrix, in memory of its own. */
export interface BinEncoder {
  stride: number;
  /** Codes of the block, row after row. */
  codes: Uint8Array;
  /** Codes a block of column j of numbers. */
  numbers(values: Float64Array, edges: Float64Array, j: number): void;
}

let heap: SharedHeap | undefined;
let loops: WasmLoops | undefined;
let last: BinEncoder | undefined;

/** The encoder of this thread; it serves one matrix at a time. */
export function openBinEncoder(stride: number): BinEncoder {
  if (last?.stride === stride) return last;
  heap ??= new SharedHeap(BLOCK * 8);
  loops ??= wasmLoops(heap.memory);
  const { code } = loops;
  const bytes = BLOCK * 8 + 255 * 8 + BLOCK * stride;
  const at = heap.allocate(bytes);
  const edgesAt = at + BLOCK * 8;
  const codesAt = edgesAt + 255 * 8;
  const { buffer } = heap.memory;
  const block = new Float64Array(buffer, at, BLOCK);
  const limits = new Float64Array(buffer, edgesAt, 255);
  const codes = new Uint8Array(buffer, codesAt, BLOCK * stride);
  if (last) heap.free(last.codes.byteOffset - 255 * 8 - BLOCK * 8, BLOCK * 8 + 255 * 8 + BLOCK * last.stride);
  last = {
    stride,
    codes,
    numbers(values, edges, j) {
      if (values.length === 0) return;
      block.set(values);
      limits.fill(Number.POSITIVE_INFINITY, edges.length).set(edges);
      code(at, at + values.length * 8, edgesAt, codesAt + j, stride);
    },
  };
  return last;
}
