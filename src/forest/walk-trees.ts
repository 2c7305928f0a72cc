import type { ColumnBins } from "./bin.js";
import { treeDepths } from "./cut-trees.js";
import type { Trees } from "./tree.js";

/** Rows that are walked down one tree before the next one: their codes stay in the first-level cache. */
const BLOCK = 512;
/** Deepest tree in which all rows take the same number of steps, those that are at a leaf standing still. */
const FIXED_DEPTH = 14;

/** Trees laid out for walking: four words a node, leaves that point to themselves. */
export interface Walk {
  trees: Trees;
  /** Left child, column, split, code of a missing value that goes left (or −1). */
  words: Int32Array;
  depths: Int32Array;
}

export function walkOf(trees: Trees, columns: readonly ColumnBins[]): Walk {
  const size = trees.column.length;
  const words = new Int32Array(size * 4);
  for (let i = 0; i < size; i++) {
    const column = trees.column[i]!;
    words[4 * i] = column < 0 ? i : trees.left[i]!;
    words[4 * i + 1] = Math.max(column, 0);
    words[4 * i + 2] = column < 0 ? 256 : trees.split[i]!;
    words[4 * i + 3] = column >= 0 && trees.missingLeft[i] === 1 ? columns[column]!.count : -1;
  }
  return { trees, words, depths: treeDepths(trees) };
}

/** Adds the values of the leaves that rows fall into, over trees `first` … `last` − 1, to `out` (`outputs` numbers a row). */
export function addValues(
  walk: Walk,
  codes: Uint8Array,
  width: number,
  rows: ArrayLike<number> | undefined,
  size: number,
  first: number,
  last: number,
  out: Float64Array,
): void {
  const { trees, depths } = walk;
  const leaves = new Int32Array(BLOCK);
  const { outputs, value } = trees;
  for (let from = 0; from < size; from += BLOCK) {
    const to = Math.min(size, from + BLOCK);
    for (let t = first; t < last; t++) {
      const root = trees.offsets[t]!;
      if (trees.sets.length > 0) walkSets(walk, root, codes, width, rows, from, to, leaves);
      else if (depths[t]! <= FIXED_DEPTH) walkFixed(walk.words, root, depths[t]!, codes, width, rows, from, to, leaves);
      else walkFree(walk.words, root, codes, width, rows, from, to, leaves);
      if (outputs === 1) for (let i = from; i < to; i++) out[i]! += value[leaves[i - from]!]!;
      else {
        for (let i = from; i < to; i++) {
          const leaf = leaves[i - from]! * outputs;
          for (let k = 0; k < outputs; k++) out[i * outputs + k]! += value[leaf + k]!;
        }
      }
    }
  }
}

/** Four rows at a time without a branch on data, so that their steps overlap in the processor. */
function walkFixed(
  words: Int32Array,
  root: number,
  depth: number,
  codes: Uint8Array,
  width: number,
  rows: ArrayLike<number> | undefined,
  from: number,
  to: number,
  leaves: Int32Array,
): void {
  for (let i = from; i < to; i += 4) {
    const end = to - 1;
    const i1 = i + 1 < to ? i + 1 : end;
    const i2 = i + 2 < to ? i + 2 : end;
    const i3 = i + 3 < to ? i + 3 : end;
    const row0 = (rows ? rows[i]! : i) * width;
    const row1 = (rows ? rows[i1]! : i1) * width;
    const row2 = (rows ? rows[i2]! : i2) * width;
    const row3 = (rows ? rows[i3]! : i3) * width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    for (let step = 0; step < depth; step++) {
      const a4 = a << 2;
      const b4 = b << 2;
      const c4 = c << 2;
      const d4 = d << 2;
      const av = codes[row0 + words[a4 + 1]!]!;
      const bv = codes[row1 + words[b4 + 1]!]!;
      const cv = codes[row2 + words[c4 + 1]!]!;
      const dv = codes[row3 + words[d4 + 1]!]!;
      // split − code is negative, so its sign bit 1, when the row goes right; a missing value that goes left masks it
      a = words[a4]! + (((words[a4 + 2]! - av) >>> 31) & notZero(av ^ words[a4 + 3]!));
      b = words[b4]! + (((words[b4 + 2]! - bv) >>> 31) & notZero(bv ^ words[b4 + 3]!));
      c = words[c4]! + (((words[c4 + 2]! - cv) >>> 31) & notZero(cv ^ words[c4 + 3]!));
      d = words[d4]! + (((words[d4 + 2]! - dv) >>> 31) & notZero(dv ^ words[d4 + 3]!));
    }
    leaves[i - from] = a;
    leaves[i1 - from] = b;
    leaves[i2 - from] = c;
    leaves[i3 - from] = d;
  }
}

/** 1 for a number other than 0, without a branch. */
function notZero(x: number): number {
  return (x | -x) >>> 31;
}

function walkFree(
  words: Int32Array,
  root: number,
  codes: Uint8Array,
  width: number,
  rows: ArrayLike<number> | undefined,
  from: number,
  to: number,
  leaves: Int32Array,
): void {
  for (let i = from; i < to; i++) {
    const row = (rows ? rows[i]! : i) * width;
    let node = root;
    for (;;) {
      const at = node << 2;
      const left = words[at]!;
      if (left === node) break;
      const v = codes[row + words[at + 1]!]!;
      node = left + (v > words[at + 2]! && v !== words[at + 3]! ? 1 : 0);
    }
    leaves[i - from] = node;
  }
}

function walkSets(
  walk: Walk,
  root: number,
  codes: Uint8Array,
  width: number,
  rows: ArrayLike<number> | undefined,
  from: number,
  to: number,
  leaves: Int32Array,
): void {
  const { words } = walk;
  const { sets } = walk.trees;
  for (let i = from; i < to; i++) {
    const row = (rows ? rows[i]! : i) * width;
    let node = root;
    for (;;) {
      const at = node << 2;
      const left = words[at]!;
      if (left === node) break;
      const v = codes[row + words[at + 1]!]!;
      const split = words[at + 2]!;
      let right: boolean;
      if (split >= 0) right = v > split;
      else right = ((sets[(-1 - split) * 8 + (v >> 5)]! >>> (v & 31)) & 1) === 0;
      if (v === words[at + 3]!) right = false;
      node = left + (right ? 1 : 0);
    }
    leaves[i - from] = node;
  }
}
