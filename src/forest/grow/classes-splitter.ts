import type { ColumnShape } from "../loops/binned-matrix.js";
import { MOST_LOG, type Workspace } from "../loops/workspace.js";
import type { CategoryOrder } from "./category-order.js";
import { fillLogs } from "./fill-logs.js";
import type { NodeRows } from "./splitter.js";
import { SumsSplitter } from "./sums-splitter.js";

/** What classes are learnt from. */
export interface ClassesTarget {
  y: Uint8Array;
  classes: number;
  criterion: "gini" | "entropy";
  minSamplesLeaf: number;
  /** Weight by row of the matrix, when rows are weighed. */
  sampleWeight: Float64Array | undefined;
  /** Weight of each class, by the number of drawn rows of each. */
  classWeight: (drawn: ArrayLike<number>) => ArrayLike<number>;
}

/** Finds splits for any number of classes and any weights; the sums of a node are the drawn rows, then a weight a class. */
export class ClassesSplitter extends SumsSplitter {
  readonly outputs: number;
  readonly #target: ClassesTarget;
  readonly #categories: CategoryOrder;
  readonly #gini: boolean;
  /** Weight of each class in the tree at hand. */
  #classWeight: ArrayLike<number>;
  /** Whether all weights are 1, so that sums are whole numbers, and of how many the workspace has the logarithms. */
  #isWhole = false;
  #hasLogs = false;
  /** Place of the class by whose rate categories are ordered: the most frequent one of the node; of two the second. */
  #leading = 1;

  constructor(space: Workspace, columns: readonly ColumnShape[], target: ClassesTarget, categories: CategoryOrder) {
    super(space, columns, target.classes + 1, target.minSamplesLeaf);
    this.outputs = target.classes === 2 ? 1 : target.classes;
    this.#target = target;
    this.#categories = categories;
    this.#gini = target.criterion === "gini";
    this.#classWeight = new Float64Array(target.classes).fill(1);
    if (!this.#gini) fillLogs(space.logs);
  }

  begin(size: number, sums: Float64Array): void {
    const { y, classes, classWeight } = this.#target;
    const { entries } = this.space;
    const drawn = new Float64Array(classes);
    for (let i = 0; i < size; i++) drawn[y[entries[i] >>> 8]] += entries[i] & 255;
    this.#classWeight = classWeight(drawn);
    this.#categories.start(this.#classWeight);
    sums.fill(0, 0, this.width);
    for (let i = 0; i < size; i++) this.add(sums, 0, entries[i]);
    this.#isWhole = !this.#target.sampleWeight && Array.from(this.#classWeight).every((weight) => weight === 1);
    this.#hasLogs = this.#isWhole && !this.#gini && sums[0] <= MOST_LOG;
  }

  protected override addAll({ codesAt, from, to }: NodeRows, column: number): number {
    if (!this.#isWhole) return super.addAll({ codesAt, from, to }, column);
    const { bins, order, width } = this;
    const { bytes, entries, stride } = this.space;
    const { y } = this.#target;
    let size = 0;
    for (let e = from; e < to; e++) {
      const entry = entries[e];
      const row = entry >>> 8;
      const code = bytes[codesAt + row * stride + column];
      const at = code * width;
      const drawn = entry & 255;
      if (bins[at] === 0) order[size++] = code;
      bins[at] += drawn;
      bins[at + 1 + y[row]] += drawn;
    }
    return size;
  }

  override enter(sums: Float64Array, at: number): void {
    super.enter(sums, at);
    const { total, width } = this;
    this.#leading = 1;
    for (let k = 2; k < width; k++) if (total[k] > total[this.#leading]) this.#leading = k;
    if (this.#target.classes === 2) this.#leading = 2;
  }

  protected add(to: Float64Array, at: number, entry: number): void {
    const { y, sampleWeight } = this.#target;
    const row = entry >>> 8;
    const drawn = entry & 255;
    const label = y[row];
    to[at] += drawn;
    to[at + 1 + label] += drawn * (sampleWeight ? sampleWeight[row] : 1) * this.#classWeight[label];
  }

  // with more than two classes the order is that of one of them: a good subset, not always the best
  protected rate(code: number, column: number): number {
    const { bins, width } = this;
    let sum = 0;
    for (let k = 1; k < width; k++) sum += bins[code * width + k];
    const own = bins[code * width + this.#leading];
    return this.#categories.rate(column, code, own, sum, this.#target.classes > 2 ? this.#leading - 1 : 0);
  }

  protected sidesImpurity(): number {
    if (this.#hasLogs) return this.#wholeEntropy();
    return this.#impurityOf(this.left, 0) + this.#impurityOf(this.total, 0, this.left);
  }

  /** The same entropy of both sides from a table of logarithms. */
  #wholeEntropy(): number {
    const { left, total, width } = this;
    const { logs } = this.space;
    let [leftMeasure, rightMeasure] = [0, 0];
    for (let k = 1; k < width; k++) {
      leftMeasure += logs[left[k]];
      rightMeasure += logs[total[k] - left[k]];
    }
    const rows = left[0];
    const rest = total[0] - rows;
    return (rows > 0 ? logs[rows] - leftMeasure : 0) + (rest > 0 ? logs[rest] - rightMeasure : 0);
  }

  /** Impurity times weight of the node whose sums are `a`, or `a` less `b`. */
  #impurityOf(a: Float64Array, at: number, b?: Float64Array): number {
    let sum = 0;
    let measure = 0;
    for (let k = 1; k < this.width; k++) {
      const weight = b ? Math.max(0, a[at + k] - b[k]) : a[at + k];
      sum += weight;
      measure += this.#gini ? weight * weight : weight > 0 ? weight * Math.log2(weight) : 0;
    }
    if (sum === 0) return 0;
    return this.#gini ? sum - measure / sum : sum * Math.log2(sum) - measure;
  }

  impurity(sums: Float64Array, at: number): number {
    return this.#impurityOf(sums, at);
  }

  isPure(sums: Float64Array, at: number): boolean {
    let sum = 0;
    let most = 0;
    for (let k = 1; k < this.width; k++) {
      sum += sums[at + k];
      most = Math.max(most, sums[at + k]);
    }
    // sums of weights that were subtracted keep a trace of rounding
    return sum - most <= 1e-12 * sum;
  }

  cover(sums: Float64Array, at: number): number {
    let sum = 0;
    for (let k = 1; k < this.width; k++) sum += Math.max(0, sums[at + k]);
    return sum;
  }

  value(sums: Float64Array, at: number, out: Float64Array, outAt: number): void {
    const sum = this.cover(sums, at);
    if (this.outputs === 1) out[outAt] = Math.max(0, sums[at + 2]) / sum;
    else for (let k = 1; k < this.width; k++) out[outAt + k - 1] = Math.max(0, sums[at + k]) / sum;
  }
}
