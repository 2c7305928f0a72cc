import { MISSING } from "../loops/missing.js";
import { SharedHeap } from "../loops/shared-heap.js";
import { type WasmLoops, wasmLoops } from "../loops/wasm-loops.js";
import { BLOCK } from "../matrix/bin-encoder.js";
import type { Trees } from "./tree.js";

/** Trees laid out for walking, two words a node: see `walk` of the loops. Children are counted from the root of their tree. */
export interface PackedTrees {
  trees: Trees;
  words: Int32Array;
}

/** Lays trees out for walking. */
export function packTrees(trees: Trees): PackedTrees {
  const { offsets, column, split, missingLeft, left } = trees;
  const words = new Int32Array(column.length * 2);
  for (let t = 0; t + 1 < offsets.length; t++) {
    const root = offsets[t];
    for (let i = root; i < offsets[t + 1]; i++) {
      const leaf = column[i] < 0;
      const m = missingLeft[i];
      words[2 * i] = (leaf ? i : left[i]) - root;
      words[2 * i + 1] = leaf ? MISSING << 16 : column[i] | ((split[i] + m) << 16) | (m << 25);
    }
  }
  return { trees, words };
}

/** The codes that go left at each node, as 256 bits; none where no tree has categories. */
function leftSets({ column, split, missingLeft, sets }: Trees): Uint32Array {
  if (sets.length === 0) return new Uint32Array(0);
  const all = new Uint32Array(8 * column.length);
  for (let i = 0; i < column.length; i++) {
    const last = column[i] < 0 ? MISSING : split[i];
    for (let w = 0; w < 8; w++) {
      const codes = last - 32 * w;
      if (last < 0) all[8 * i + w] = sets[8 * (-1 - last) + w];
      else all[8 * i + w] = codes >= 31 ? 0xffffffff : codes < 0 ? 0 : 2 ** (codes + 1) - 1;
    }
    const word = 8 * i + (MISSING >> 5);
    const bit = 2 ** (MISSING & 31);
    if (column[i] >= 0) all[word] = missingLeft[i] ? all[word] | bit : all[word] & ~bit;
  }
  return all;
}

let heap: SharedHeap | undefined;
let loops: WasmLoops | undefined;

/**
 * Sums of the values of the leaves that rows fall into, over all trees, one sum a row.
 *
 * @param codes codes of all rows, `stride` bytes from one to the next
 * @param rows the rows that are wanted; the first `size` when left out
 */
export function sumLeaves(
  walk: PackedTrees,
  codes: Uint8Array,
  stride: number,
  rows: Int32Array | undefined,
  size: number,
): Float64Array {
  const { trees, words } = walk;
  const sums = new Float64Array(size);
  heap ??= new SharedHeap(1 << 20);
  loops ??= wasmLoops(heap.memory);
  const sets = leftSets(trees);
  const bytes = words.byteLength + trees.value.byteLength + BLOCK * (8 + stride) + sets.byteLength;
  const at = heap.allocate(bytes);
  const valuesAt = at + words.byteLength;
  const sumsAt = valuesAt + trees.value.byteLength;
  const codesAt = sumsAt + BLOCK * 8;
  const setsAt = codesAt + BLOCK * stride;
  const step = sets.length > 0 ? loops.walkSets : loops.walk;
  const { buffer } = heap.memory;
  new Int32Array(buffer, at, words.length).set(words);
  new Float64Array(buffer, valuesAt, trees.value.length).set(trees.value);
  new Uint32Array(buffer, setsAt, sets.length).set(sets);
  const blockSums = new Float64Array(buffer, sumsAt, BLOCK);
  const blockCodes = new Uint8Array(buffer, codesAt, BLOCK * stride);
  for (let from = 0; from < size; from += BLOCK) {
    const count = Math.min(BLOCK, size - from);
    if (rows) {
      for (let i = 0; i < count; i++) {
        const row = rows[from + i] * stride;
        for (let j = 0; j < stride; j++) blockCodes[i * stride + j] = codes[row + j];
      }
    } else blockCodes.set(codes.subarray(from * stride, (from + count) * stride));
    blockSums.fill(0);
    for (let t = 0; t + 1 < trees.offsets.length; t++) {
      const root = trees.offsets[t];
      const [nodesAt, leavesAt] = [at + 8 * root, valuesAt + 8 * root];
      step(codesAt, stride, Math.ceil(count / 4) * 4, nodesAt, leavesAt, sumsAt, setsAt + 32 * root);
    }
    sums.set(blockSums.subarray(0, count), from);
  }
  heap.free(at, bytes);
  return sums;
}

/** Index of the leaf of one tree that the row at `codes[row]` falls into; knows sets of categories. */
export function leafOf({ trees, words }: PackedTrees, t: number, codes: Uint8Array, row: number): number {
  const root = trees.offsets[t];
  let node = 0;
  for (;;) {
    const at = 2 * (root + node);
    const left = words[at];
    if (left === node) return root + node;
    const word = words[at + 1];
    const code = codes[row + (word & 0xffff)];
    const split = trees.split[root + node];
    if (split < 0) {
      const set = trees.sets[(-1 - split) * 8 + (code >> 5)];
      const goesLeft = code === MISSING ? trees.missingLeft[root + node] === 1 : (set >>> (code & 31)) & 1;
      node = left + (goesLeft ? 0 : 1);
    } else node = left + (((code + (word >>> 25)) & 255) > ((word >>> 16) & 0x1ff) ? 1 : 0);
  }
}
