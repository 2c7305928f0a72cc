import { MISSING } from "../loops/missing.js";
import { setSplit } from "./category-set.js";
import type { NodeSplit } from "./splitter.js";

const RIGHT = [0] as const;
const BOTH_SIDES = [0, 1] as const;

/** The search for the best cut of a column whose bins are counted; what is counted, and how a cut is judged, is a subclass's. */
export abstract class CutSearch {
  /** The codes that occur in the node, rising, which puts a missing value last; categories are reordered in place. */
  protected readonly order = new Int32Array(256);

  /** What categories are ordered by. */
  protected abstract rate(code: number, column: number): number;
  protected abstract clearLeft(): void;
  /** Moves the rows with a code to the left. */
  protected abstract moveLeft(code: number): void;
  /** Weighted impurity with what is on the left now, or undefined when a side has too few rows. */
  protected abstract cutImpurity(): number | undefined;
  /** Writes the sums of the left. */
  protected abstract writeLeft(sums: Float64Array): void;
  protected abstract isMostLeft(): boolean;

  /**
   * Tries the cuts of a column of categories in the order of their rate, a missing value being one of them: for two classes
   * and for a mean the best subset is among these cuts (Fisher 1958; Breiman et al. 1984, 4.2.2), as far as the rates are
   * those of the node.
   *
   * @param size number of codes in `order`
   */
  protected cutCategories(column: number, size: number, best: NodeSplit): void {
    const { order } = this;
    order.subarray(0, size).sort((a, b) => this.rate(a, column) - this.rate(b, column) || a - b);
    this.clearLeft();
    for (let cut = 0; cut < size - 1; cut++) {
      if (this.#isBetter(order[cut], column, best)) setSplit(best, order, size, cut, this.isMostLeft());
    }
  }

  /** Tries the cuts of a column of numbers in their order, missing values right, then left. */
  protected cutNumbers(column: number, size: number, best: NodeSplit): void {
    const hasMissing = size > 0 && this.order[size - 1] === MISSING;
    const values = hasMissing ? size - 1 : size;
    for (const missingLeft of hasMissing ? BOTH_SIDES : RIGHT) {
      this.clearLeft();
      if (missingLeft) this.moveLeft(MISSING);
      const cuts = hasMissing && !missingLeft ? values : values - 1;
      for (let cut = 0; cut < cuts; cut++) {
        if (!this.#isBetter(this.order[cut], column, best)) continue;
        best.set = undefined;
        // halfway between the codes that occur, so that rows that fall between them later are shared out
        best.split = cut + 1 < values ? (this.order[cut] + this.order[cut + 1]) >> 1 : this.order[cut];
        // where no value was missing, a missing one goes the way that most rows went
        best.missingLeft = hasMissing ? missingLeft : this.isMostLeft() ? 1 : 0;
      }
    }
  }

  #isBetter(code: number, column: number, best: NodeSplit): boolean {
    this.moveLeft(code);
    const impurity = this.cutImpurity();
    if (impurity === undefined || !(impurity < best.impurity)) return false;
    best.impurity = impurity;
    best.column = column;
    this.writeLeft(best.sums);
    return true;
  }
}
