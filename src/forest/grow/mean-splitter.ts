import type { ColumnShape } from "../loops/binned-matrix.js";
import type { Workspace } from "../loops/workspace.js";
import type { CategoryOrder } from "./category-order.js";
import { SumsSplitter } from "./sums-splitter.js";

/** What a number is learnt from. */
export interface MeanTarget {
  y: Float64Array;
  minSamplesLeaf: number;
  /** Weight by row of the matrix, when rows are weighed. */
  sampleWeight: Float64Array | undefined;
}

/**
 * Finds the splits that lower the variance of a number most; the sums of a node are drawn rows, weight, weight × value and
 * weight × value².
 */
export class MeanSplitter extends SumsSplitter {
  readonly outputs = 1;
  // values are taken from their mean in the tree, so that squares do not lose what they are to tell
  #center = 0;
  readonly #target: MeanTarget;
  readonly #categories: CategoryOrder;

  constructor(space: Workspace, columns: readonly ColumnShape[], target: MeanTarget, categories: CategoryOrder) {
    super(space, columns, 4, target.minSamplesLeaf);
    this.#target = target;
    this.#categories = categories;
  }

  begin(size: number, sums: Float64Array): void {
    this.#categories.start();
    this.#center = 0;
    this.#sumEntries(size, sums);
    this.#center = sums[2] / sums[1];
    this.#sumEntries(size, sums);
  }

  #sumEntries(size: number, sums: Float64Array): void {
    const { entries } = this.space;
    sums.fill(0, 0, this.width);
    for (let i = 0; i < size; i++) this.add(sums, 0, entries[i]);
  }

  protected add(to: Float64Array, at: number, entry: number): void {
    const { y, sampleWeight } = this.#target;
    const row = entry >>> 8;
    const drawn = entry & 255;
    const weight = drawn * (sampleWeight ? sampleWeight[row] : 1);
    const value = y[row] - this.#center;
    to[at] += drawn;
    to[at + 1] += weight;
    to[at + 2] += weight * value;
    to[at + 3] += weight * value * value;
  }

  protected rate(code: number, column: number): number {
    const at = code * this.width;
    const weight = this.bins[at + 1];
    return this.#categories.rate(column, code, this.bins[at + 2] + this.#center * weight, weight);
  }

  protected sidesImpurity(): number {
    const { left, total } = this;
    const weight = total[1] - left[1];
    const sum = total[2] - left[2];
    return total[3] - (left[2] * left[2]) / left[1] - (sum * sum) / weight;
  }

  impurity(sums: Float64Array, at: number): number {
    return sums[at + 3] - (sums[at + 2] * sums[at + 2]) / sums[at + 1];
  }

  isPure(sums: Float64Array, at: number): boolean {
    return this.impurity(sums, at) <= 1e-12 * sums[at + 3] + 1e-24 * this.#center * this.#center * sums[at + 1];
  }

  cover(sums: Float64Array, at: number): number {
    return sums[at + 1];
  }

  value(sums: Float64Array, at: number, out: Float64Array, outAt: number): void {
    out[outAt] = this.#center + sums[at + 2] / sums[at + 1];
  }
}
