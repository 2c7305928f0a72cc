import type { ColumnShape } from "../loops/binned-matrix.js";
import type { Workspace } from "../loops/workspace.js";
import { CutSearch } from "./cut-search.js";
import type { NodeRows, NodeSplit, Splitter } from "./splitter.js";

/** Looks for splits by `width` sums a node, the first of them the drawn rows, which are added entry by entry. */
export abstract class SumsSplitter extends CutSearch implements Splitter {
  abstract readonly outputs: number;
  readonly local = false;
  readonly shift = 0;
  /** `width` sums a code of the column at hand; all 0 between two columns. */
  protected readonly bins: Float64Array;
  /** Sums of the node at hand, and of the left side of a cut. */
  protected readonly total: Float64Array;
  protected readonly left: Float64Array;

  constructor(
    protected readonly space: Workspace,
    readonly columns: readonly ColumnShape[],
    readonly width: number,
    readonly minSamplesLeaf: number,
  ) {
    super();
    this.bins = new Float64Array(256 * width);
    this.total = new Float64Array(width);
    this.left = new Float64Array(width);
  }

  /** Adds an entry to the sums at a place. */
  protected abstract add(to: Float64Array, at: number, entry: number): void;
  /** Impurity of both sides of a cut together. */
  protected abstract sidesImpurity(): number;
  abstract begin(size: number, sums: Float64Array): void;
  abstract impurity(sums: Float64Array, at: number): number;
  abstract isPure(sums: Float64Array, at: number): boolean;
  abstract cover(sums: Float64Array, at: number): number;
  abstract value(sums: Float64Array, at: number, out: Float64Array, outAt: number): void;

  markOf(): 0 {
    return 0;
  }

  enter(sums: Float64Array, at: number): void {
    this.total.set(sums.subarray(at, at + this.width));
  }

  /** Adds the rows of a node to the bins of a column; lists the codes that occur in `order` and returns their number. */
  protected addAll({ codesAt, from, to }: NodeRows, column: number): number {
    const { bins, order, width } = this;
    const { bytes, entries, stride } = this.space;
    let size = 0;
    for (let e = from; e < to; e++) {
      const entry = entries[e];
      const code = bytes[codesAt + (entry >>> 8) * stride + column];
      if (bins[code * width] === 0) order[size++] = code;
      this.add(bins, code * width, entry);
    }
    return size;
  }

  find(node: NodeRows, drawn: Int32Array, first: number, last: number, best: NodeSplit): void {
    const { bins, order, width } = this;
    for (let i = first; i < last; i++) {
      const column = drawn[i];
      const size = this.addAll(node, column);
      sortCodes(order, size);
      if (this.columns[column].categorical) this.cutCategories(column, size, best);
      else this.cutNumbers(column, size, best);
      for (let k = 0; k < size; k++) bins.fill(0, order[k] * width, (order[k] + 1) * width);
    }
  }

  protected clearLeft(): void {
    this.left.fill(0);
  }

  protected moveLeft(code: number): void {
    const { bins, left, width } = this;
    for (let k = 0; k < width; k++) left[k] += bins[code * width + k];
  }

  protected cutImpurity(): number | undefined {
    const rows = this.left[0];
    if (rows < this.minSamplesLeaf || this.total[0] - rows < this.minSamplesLeaf) return undefined;
    return this.sidesImpurity();
  }

  protected writeLeft(sums: Float64Array): void {
    sums.set(this.left);
  }

  protected isMostLeft(): boolean {
    return 2 * this.left[0] >= this.total[0];
  }
}

/** Sorts the first codes of a list: by insertion where they are few, as in most nodes. */
function sortCodes(codes: Int32Array, size: number): void {
  if (size > 40) {
    codes.subarray(0, size).sort();
    return;
  }
  for (let i = 1; i < size; i++) {
    const code = codes[i];
    let j = i;
    for (; j > 0 && codes[j - 1] > code; j--) codes[j] = codes[j - 1];
    codes[j] = code;
  }
}
