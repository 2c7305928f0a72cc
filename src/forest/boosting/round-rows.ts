import { hasManyLevels } from "../grow/category-order.js";
import { dealUnits, type RowUnits, unitsOf } from "../grow/row-units.js";
import type { BinnedMatrix, ColumnShape } from "../loops/binned-matrix.js";
import type { HessianCode } from "../loops/hessian-code.js";
import { MISSING } from "../loops/missing.js";

/** Sums over the rows that a tree learns from. */
export interface GradientSums {
  readonly gradient: number;
  readonly hessian: number;
  /** Rows; one that counts as several counts as often. */
  readonly rows: number;
}

/** What the rows of boosted trees are made of. */
interface RoundRowsInput {
  binned: BinnedMatrix;
  columns: readonly ColumnShape[];
  train: Int32Array;
  y: Uint8Array | Float64Array;
  /** How many equal rows each row of the matrix counts as; one each when left out. */
  counts: ArrayLike<number> | undefined;
  code: HessianCode;
}

/**
 * Which rows each boosted tree learns from, and in which order it has the levels of columns of many.
 *
 * Without such a column it learns from all rows. With one it learns from a keyed share of them (as stochastic gradient boosting
 * does; Friedman 2002), and orders the levels by the gradients of the others, which its gains don't see.
 */
export class RoundRows {
  /** Codes of each column of many levels in the order of their rate, a missing value being one of them. */
  readonly orders: readonly (Int32Array | undefined)[];
  /** Rows that the tree at hand does not learn from. */
  readonly outside: Int32Array;
  outsideSize = 0;
  readonly #input: RoundRowsInput;
  readonly #units: RowUnits | undefined;
  readonly #drawn: Int32Array;

  constructor(input: RoundRowsInput) {
    const { binned, columns, train, y, counts } = input;
    this.#input = input;
    this.orders = columns.map((shape) => (hasManyLevels(shape) ? new Int32Array(256) : undefined));
    const repeats = counts && Int32Array.from(train, (row) => counts[row]);
    const isParted = columns.some(hasManyLevels);
    this.#units = isParted ? unitsOf({ rows: train, y, columns }, binned.codes, binned.stride, repeats) : undefined;
    this.#drawn = new Int32Array(isParted || counts ? train.length : 0);
    if (counts && !isParted) for (let i = 0; i < train.length; i++) this.#drawn[i] = counts[train[i]];
    this.outside = new Int32Array(isParted ? train.length : 0);
  }

  /**
   * Draws the rows of a tree: writes an entry for each, and leaves in `pairs` what of them it learns from.
   *
   * @param pairs gradient and coded hessian by row of the matrix, of one of the equal rows that it counts as
   * @param all sums over all rows, where each counts once
   * @returns number of entries, and the sums over them
   */
  draw(
    key: number,
    entries: Int32Array,
    pairs: Float64Array,
    all: Omit<GradientSums, "rows">,
  ): { size: number; sums: GradientSums } {
    const { train, code } = this.#input;
    if (this.#drawn.length === 0) return { size: train.length, sums: { ...all, rows: train.length } };
    if (this.#units) {
      dealUnits(this.#units, key, this.#drawn);
      this.#order(pairs);
    }
    let size = 0;
    let [gradient, coded, rows] = [0, 0, 0];
    this.outsideSize = 0;
    for (let i = 0; i < train.length; i++) {
      const row = train[i];
      const units = this.#drawn[i];
      if (units === 0) {
        this.outside[this.outsideSize++] = row;
        continue;
      }
      entries[size++] = row << 8;
      gradient += pairs[2 * row] *= units;
      coded += pairs[2 * row + 1] *= units;
      rows += units;
    }
    return { size, sums: { gradient, hessian: (coded - rows * code.count) * code.unit, rows } };
  }

  /** Orders the levels of each column of many by what is not drawn. */
  #order(pairs: Float64Array): void {
    const { train, counts, binned, code } = this.#input;
    for (const [column, order] of this.orders.entries()) {
      if (!order) continue;
      const gradients = new Float64Array(256);
      const hessians = new Float64Array(256);
      for (let i = 0; i < train.length; i++) {
        const row = train[i];
        const units = (counts ? counts[row] : 1) - this.#drawn[i];
        if (units === 0) continue;
        const level = binned.codes[row * binned.stride + column];
        gradients[level] += pairs[2 * row] * units;
        hessians[level] += (pairs[2 * row + 1] - code.count) * code.unit * units;
      }
      const rate = (level: number) => gradients[level] / (hessians[level] + SMOOTHING);
      for (let level = 0; level <= MISSING; level++) order[level] = level;
      order.sort((a, b) => rate(a) - rate(b) || a - b);
    }
  }
}

/** Hessian by which the rate of a level is drawn to 0 when levels are ordered. */
const SMOOTHING = 1;
