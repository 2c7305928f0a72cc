import type { ColumnShape } from "../loops/binned-matrix.js";
import { COLUMN_BYTES, GROUP } from "../loops/loop-parts.js";
import { MISSING } from "../loops/missing.js";
import { MOST_LOG, type Workspace } from "../loops/workspace.js";
import type { CategoryOrder } from "./category-order.js";
import { CutSearch } from "./cut-search.js";
import { fillLogs } from "./fill-logs.js";
import type { NodeRows, NodeSplit, Splitter } from "./splitter.js";

/** What two classes are learnt from. */
export interface BinaryTarget {
  y: Uint8Array;
  criterion: "gini" | "entropy";
  minSamplesLeaf: number;
  /** Weights of class 0 and class 1, by the number of drawn rows of each. */
  classWeight: (zeros: number, ones: number) => readonly [number, number];
}

/**
 * Finds splits for two classes and whole-number weights: a row's payload is its count and, where it is positive, the same
 * count again 32 bits up, so that one addition updates both.
 */
export class BinarySplitter extends CutSearch implements Splitter {
  readonly width = 2;
  readonly outputs = 1;
  readonly local = true;
  readonly shift = 1;
  readonly #space: Workspace;
  readonly #columns: readonly ColumnShape[];
  readonly #target: BinaryTarget;
  readonly #categories: CategoryOrder;
  readonly #gini: boolean;
  /** Weights of the classes in the tree at hand. */
  #weight0 = 1;
  #weight1 = 1;
  /** Drawn rows of the node at hand, and how many of them are of class 1. */
  #total = 0;
  #ones = 0;
  /** Place of the bins of the column at hand, and what lies left of the cut at hand. */
  #base = 0;
  #left = 0;
  #leftOnes = 0;

  constructor(space: Workspace, columns: readonly ColumnShape[], target: BinaryTarget, categories: CategoryOrder) {
    super();
    this.#space = space;
    this.#columns = columns;
    this.#target = target;
    this.#categories = categories;
    this.#gini = target.criterion === "gini";
    if (!this.#gini) fillLogs(space.logs);
    for (let drawn = 0; drawn < 128; drawn++) space.payload.set([drawn, 0, drawn, drawn], drawn * 4);
  }

  markOf(row: number): 0 | 1 {
    return this.#target.y[row] === 1 ? 1 : 0;
  }

  begin(size: number, sums: Float64Array): void {
    const { entries } = this.#space;
    this.#categories.start();
    let total = 0;
    let ones = 0;
    for (let i = 0; i < size; i++) {
      const drawn = (entries[i] & 255) >> 1;
      total += drawn;
      if (entries[i] & 1) ones += drawn;
    }
    sums[0] = total;
    sums[1] = ones;
    [this.#weight0, this.#weight1] = this.#target.classWeight(total - ones, ones);
  }

  impurity(sums: Float64Array, at: number): number {
    const p = sums[at + 1] * this.#weight1;
    const q = (sums[at] - sums[at + 1]) * this.#weight0;
    return this.#gini ? (p * q) / (p + q) : entropyOf(p, q);
  }

  isPure(sums: Float64Array, at: number): boolean {
    return sums[at + 1] === 0 || sums[at + 1] === sums[at];
  }

  cover(sums: Float64Array, at: number): number {
    return (sums[at] - sums[at + 1]) * this.#weight0 + sums[at + 1] * this.#weight1;
  }

  value(sums: Float64Array, at: number, out: Float64Array, outAt: number): void {
    const positive = sums[at + 1] * this.#weight1;
    out[outAt] = positive / (positive + (sums[at] - sums[at + 1]) * this.#weight0);
  }

  enter(sums: Float64Array, at: number): void {
    this.#total = sums[at];
    this.#ones = sums[at + 1];
  }

  find({ codesAt, from, to }: NodeRows, drawn: Int32Array, first: number, last: number, best: NodeSplit): void {
    const { loops, stride, entriesAt, payloadAt, binsAt, bins } = this.#space;
    for (let i = first; i < last; i += GROUP) {
      const group = Math.min(GROUP, last - i);
      loops.fill[group - 1](
        codesAt,
        stride,
        entriesAt + 4 * from,
        entriesAt + 4 * to,
        payloadAt,
        binsAt,
        drawn[i],
        drawn[i + 1],
        drawn[i + 2],
        drawn[i + 3],
        drawn[i + 4],
        drawn[i + 5],
        drawn[i + 6],
        drawn[i + 7],
      );
      for (let g = 0; g < group; g++) {
        const column = drawn[i + g];
        this.#base = (g * COLUMN_BYTES) / 4;
        if (this.#columns[column].categorical) this.cutCategories(column, this.#listCodes(), best);
        else {
          this.#cut(column, 0, best);
          if (bins[this.#base + 2 * MISSING] > 0) this.#cut(column, 1, best);
        }
      }
    }
  }

  /** Tries the cuts of a column of numbers, with missing values right or left. */
  #cut(column: number, missingLeft: 0 | 1, best: NodeSplit): void {
    const { bins } = this.#space;
    const base = this.#base;
    const { count } = this.#columns[column];
    const missing = bins[base + 2 * MISSING];
    this.#left = missingLeft ? missing : 0;
    this.#leftOnes = missingLeft ? bins[base + 2 * MISSING + 1] : 0;
    const isWeighted = !this.#gini && this.#total <= MOST_LOG && (this.#weight0 !== 1 || this.#weight1 !== 1);
    const code = isWeighted ? this.#scanWeighted(count, best) : this.#scan(count, best);
    if (code < 0) return;
    let next = code + 1;
    while (next < count && bins[base + 2 * next] === 0) next++;
    best.column = column;
    // halfway between the codes that occur, so that rows that fall between them later are shared out
    best.split = next === count ? code : (code + next) >> 1;
    best.set = undefined;
    // where no value was missing, a missing one goes the way that most rows went
    best.missingLeft = missing > 0 ? missingLeft : best.sums[0] * 2 >= this.#total ? 1 : 0;
  }

  /** Tries the cuts after each of `count` codes; returns the code at the best, or −1 when none is better than `best`. */
  #scan(count: number, best: NodeSplit): number {
    const { bins, logs } = this.#space;
    const { minSamplesLeaf } = this.#target;
    const total = this.#total;
    const ones = this.#ones;
    const weight0 = this.#weight0;
    const weight1 = this.#weight1;
    const gini = this.#gini;
    const inTable = total <= MOST_LOG;
    let left = this.#left;
    let leftOnes = this.#leftOnes;
    let least = best.impurity;
    let code = -1;
    const base = this.#base;
    const end = base + 2 * count;
    for (let at = base; at < end; at += 2) {
      const here = bins[at];
      if (here === 0) continue;
      left += here;
      leftOnes += bins[at + 1];
      if (left < minSamplesLeaf) continue;
      const right = total - left;
      if (right < minSamplesLeaf) break;
      const rightOnes = ones - leftOnes;
      let impurity: number;
      if (gini || !inTable) {
        const p = leftOnes * weight1;
        const q = (left - leftOnes) * weight0;
        const r = rightOnes * weight1;
        const s = (right - rightOnes) * weight0;
        impurity = gini ? (p * q * (r + s) + r * s * (p + q)) / ((p + q) * (r + s)) : entropyOf(p, q) + entropyOf(r, s);
      } else {
        const classes = logs[leftOnes] + logs[rightOnes] + (logs[left - leftOnes] + logs[right - rightOnes]);
        impurity = logs[left] + logs[right] - classes;
      }
      if (impurity < least) {
        least = impurity;
        code = (at - base) >> 1;
        best.sums[0] = left;
        best.sums[1] = leftOnes;
      }
    }
    best.impurity = least;
    return code;
  }

  /** The same by the entropy of weighted classes, whose logarithms no table has. */
  #scanWeighted(count: number, best: NodeSplit): number {
    const { loops, out, binsAt, logsAt, outAt } = this.#space;
    const [total, ones, weight0, weight1] = [this.#total, this.#ones, this.#weight0, this.#weight1];
    // what the weights of the classes add to the entropy of the node
    const start = -(ones * weight1 * Math.log2(weight1)) - (total - ones) * weight0 * Math.log2(weight0);
    const code = loops.scanWeightedEntropy(
      ...([binsAt + 4 * this.#base, count, total, ones, weight0, weight1, start, logsAt] as const),
      ...([this.#target.minSamplesLeaf, best.impurity, this.#left, this.#leftOnes, outAt] as const),
    );
    if (code >= 0) {
      best.impurity = out[0];
      best.sums[0] = out[1];
      best.sums[1] = out[2];
    }
    return code;
  }

  /** Lists the codes that occur in the column at hand; returns their number. */
  #listCodes(): number {
    const { bins } = this.#space;
    let size = 0;
    for (let code = 0; code < 256; code++) if (bins[this.#base + 2 * code] > 0) this.order[size++] = code;
    return size;
  }

  protected rate(code: number, column: number): number {
    const { bins } = this.#space;
    const at = this.#base + 2 * code;
    return this.#categories.rate(column, code, bins[at + 1], bins[at]);
  }

  protected clearLeft(): void {
    this.#left = 0;
    this.#leftOnes = 0;
  }

  protected moveLeft(code: number): void {
    const { bins } = this.#space;
    this.#left += bins[this.#base + 2 * code];
    this.#leftOnes += bins[this.#base + 2 * code + 1];
  }

  protected cutImpurity(): number | undefined {
    const { minSamplesLeaf } = this.#target;
    const right = this.#total - this.#left;
    if (this.#left < minSamplesLeaf || right < minSamplesLeaf) return undefined;
    const rightOnes = this.#ones - this.#leftOnes;
    const p = this.#leftOnes * this.#weight1;
    const q = (this.#left - this.#leftOnes) * this.#weight0;
    const r = rightOnes * this.#weight1;
    const s = (right - rightOnes) * this.#weight0;
    return this.#gini ? (p * q) / (p + q) + (r * s) / (r + s) : entropyOf(p, q) + entropyOf(r, s);
  }

  protected writeLeft(sums: Float64Array): void {
    sums[0] = this.#left;
    sums[1] = this.#leftOnes;
  }

  protected isMostLeft(): boolean {
    return 2 * this.#left >= this.#total;
  }
}

/** Entropy of two weights times their sum. */
function entropyOf(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const sum = a + b;
  return -a * Math.log2(a / sum) - b * Math.log2(b / sum);
}
