import type { Trees } from "../trees/tree.js";
import type { NodeSplit, Splitter } from "./splitter.js";

/** The nodes of a growing tree, in arrays that grow with it. */
export class NodeList {
  sums: Float64Array;
  #size = 0;
  #column = new Int32Array(64);
  #split = new Int32Array(64);
  #missingLeft = new Uint8Array(64);
  #left = new Int32Array(64);
  #cover = new Float64Array(64);
  #value: Float64Array;
  #sets: number[] = [];

  constructor(readonly splitter: Splitter) {
    this.sums = new Float64Array(64 * splitter.width);
    this.#value = new Float64Array(64 * splitter.outputs);
  }

  clear(): void {
    this.#size = 0;
    this.#sets = [];
  }

  /** Appends nodes as leaves; returns the index of the first. */
  add(count: number): number {
    const first = this.#size;
    this.#size += count;
    while (this.#size > this.#column.length) this.#double();
    this.#column.fill(-1, first, this.#size);
    this.#split.fill(0, first, this.#size);
    this.#missingLeft.fill(0, first, this.#size);
    this.#left.fill(0, first, this.#size);
    return first;
  }

  /** Makes a leaf an inner node with two leaves; returns the left one. */
  split(node: number, split: NodeSplit): number {
    const left = this.add(2);
    const { sums } = this;
    const { width } = this.splitter;
    this.#column[node] = split.column;
    this.#missingLeft[node] = split.missingLeft;
    this.#left[node] = left;
    if (split.set) {
      this.#split[node] = -1 - this.#sets.length / 8;
      this.#sets.push(...split.set);
    } else this.#split[node] = split.split;
    for (let k = 0; k < width; k++) {
      sums[left * width + k] = split.sums[k];
      sums[(left + 1) * width + k] = sums[node * width + k] - split.sums[k];
    }
    this.finish(left);
    this.finish(left + 1);
    return left;
  }

  /** Writes what a node gives, from its sums. */
  finish(node: number): void {
    const { splitter } = this;
    this.#cover[node] = splitter.cover(this.sums, node * splitter.width);
    splitter.value(this.sums, node * splitter.width, this.#value, node * splitter.outputs);
  }

  toTrees(): Trees {
    const size = this.#size;
    const { outputs } = this.splitter;
    return {
      offsets: Int32Array.of(0, size),
      column: this.#column.slice(0, size),
      split: this.#split.slice(0, size),
      missingLeft: this.#missingLeft.slice(0, size),
      left: this.#left.slice(0, size),
      cover: this.#cover.slice(0, size),
      value: this.#value.slice(0, size * outputs),
      outputs,
      sets: Uint32Array.from(this.#sets),
    };
  }

  #double(): void {
    const grown = <T extends Int32Array | Uint8Array | Float64Array>(array: T): T => {
      const bigger = new (array.constructor as new (length: number) => T)(array.length * 2);
      bigger.set(array);
      return bigger;
    };
    this.sums = grown(this.sums);
    this.#column = grown(this.#column);
    this.#split = grown(this.#split);
    this.#missingLeft = grown(this.#missingLeft);
    this.#left = grown(this.#left);
    this.#cover = grown(this.#cover);
    this.#value = grown(this.#value);
  }
}
