import { random } from "../../core/random.js";

/** Key of the root of a tree; all that is drawn in the tree follows from it. */
export function treeKey(seed: number | string, tree: number): number {
  return random(`${seed}/tree/${tree}`).uint32() | 0;
}

/**
 * Key of a child. It depends on the way from the root alone, not on the order of growth or the depth limit: so a tree cut
 * at depth 5 is the tree grown to depth 5.
 */
export function childKey(key: number, right: 0 | 1): number {
  return mix(Math.imul(key, 0x2545f491) + (right ? 0x6a09e667 : 0x3c6ef372));
}

/** Finalizer of MurmurHash3 (Appleby, public domain). */
function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A number from 0 up to 1 that follows from a key, and from what and which it is of. */
export function keyedShare(key: number, what: number, which: number): number {
  return (mix(mix(key ^ what) + Math.imul(which + 1, GOLDEN)) >>> 0) / 4294967296;
}

/** Hash of bytes and numbers, one after the other. */
export function mixed(hash: number, next: number): number {
  return mix(Math.imul(hash, 0x2545f491) + next);
}

/** Draws columns without replacement, one after the other, in an order that follows from the key of a node. */
export class ColumnDraw {
  /** The columns drawn so far come first; seven more places, so that a group of eight can be read at the end. */
  readonly order: Int32Array;
  readonly #columns: number;
  readonly #swaps: Int32Array;
  #size = 0;
  #state = 0;

  constructor(columns: number) {
    this.order = new Int32Array(columns + 7).map((_, j) => (j < columns ? j : 0));
    this.#columns = columns;
    this.#swaps = new Int32Array(columns);
  }

  /** Starts again for a node. */
  start(key: number): void {
    for (let i = this.#size - 1; i >= 0; i--) this.#swap(i, this.#swaps[i]);
    this.#size = 0;
    this.#state = key;
  }

  /** Draws until `size` columns are drawn. */
  drawTo(size: number): void {
    while (this.#size < size) {
      const i = this.#size++;
      this.#state = (this.#state + GOLDEN) | 0;
      const j = i + Math.floor(((mix(this.#state) >>> 0) / 4294967296) * (this.#columns - i));
      this.#swaps[i] = j;
      this.#swap(i, j);
    }
  }

  #swap(i: number, j: number): void {
    const column = this.order[i];
    this.order[i] = this.order[j];
    this.order[j] = column;
  }
}

/**
 * Draws the rows of a tree as counts by position: `size` of `rows`, with replacement (the bootstrap of Breiman 2001) or
 * without. The numbers are those of a counter that is mixed (SplitMix; Steele, Lea and Flood 2014).
 */
export function drawRows(key: number, rows: number, size: number, replace: boolean, counts: Uint16Array): void {
  let state = mix(key ^ 0x5bd1e995);
  if (replace) {
    counts.fill(0);
    for (let i = 0; i < size; i++) {
      state = (state + GOLDEN) | 0;
      counts[Math.floor(((mix(state) >>> 0) / 4294967296) * rows)]++;
    }
    return;
  }
  if (size >= rows) {
    counts.fill(1);
    return;
  }
  // selection sampling (Knuth, Algorithm S): one pass, no array of positions
  counts.fill(0);
  let left = size;
  for (let i = 0; left > 0; i++) {
    state = (state + GOLDEN) | 0;
    if (((mix(state) >>> 0) / 4294967296) * (rows - i) < left) {
      counts[i] = 1;
      left--;
    }
  }
}

/** 2³² divided by the golden ratio, the step of the counter. */
const GOLDEN = 0x9e3779b9;
