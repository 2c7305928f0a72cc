import type { ColumnShape } from "../loops/binned-matrix.js";
import { MISSING } from "../loops/missing.js";
import { setSplit } from "./category-set.js";
import type { NodeSplit } from "./splitter.js";

/** Bins of one column, and how a cut between them is judged. */
export interface ColumnScan {
  /** What categories are ordered by. */
  rate(code: number, column: number): number;
  /** Starts with nothing on the left. */
  reset(): void;
  /** Moves the rows with a code to the left. */
  take(code: number): void;
  /** Weighted impurity with what is on the left now, or undefined when a side has too few rows. */
  impurity(): number | undefined;
  /** Writes the sums of the left. */
  leftSums(sums: Float64Array): void;
  /** Whether most rows are on the left. */
  mostLeft(): boolean;
}

/**
 * Looks for the best cut of a column.
 *
 * Numbers are tried in their order, missing values right, then left. Categories are tried in the order of their rate, a
 * missing value being one of them: for two classes and for a mean the best subset is among these cuts (Fisher 1958; Breiman
 * et al. 1984, 4.2.2), as far as the rates are those of the node.
 *
 * @param order the codes that occur in the node, rising, which puts a missing value last; categories are reordered in place
 * @param occurring number of these codes
 */
export function scanColumn(
  scan: ColumnScan,
  column: number,
  shape: ColumnShape,
  order: Int32Array,
  occurring: number,
  best: NodeSplit,
): void {
  const missing = occurring > 0 && order[occurring - 1] === MISSING;
  if (shape.categorical) {
    const size = occurring;
    order.subarray(0, size).sort((a, b) => scan.rate(a, column) - scan.rate(b, column) || a - b);
    tryCuts(scan, column, order, size, size - 1, best, (cut) => setSplit(best, order, size, cut, scan.mostLeft()));
    return;
  }
  const size = missing ? occurring - 1 : occurring;
  const write = (missingLeft: 0 | 1) => (cut: number) => {
    best.set = undefined;
    // halfway between the codes that occur, so that rows that fall between them later are shared out
    best.split = cut + 1 < size ? (order[cut] + order[cut + 1]) >> 1 : order[cut];
    // where no value was missing, a missing one goes the way that most rows went
    best.missingLeft = missing ? missingLeft : scan.mostLeft() ? 1 : 0;
  };
  tryCuts(scan, column, order, size, missing ? size : size - 1, best, write(0));
  if (missing) tryCuts(scan, column, order, size, size - 1, best, write(1), MISSING);
}

function tryCuts(
  scan: ColumnScan,
  column: number,
  order: Int32Array,
  size: number,
  cuts: number,
  best: NodeSplit,
  write: (cut: number) => void,
  first?: number,
): void {
  scan.reset();
  if (first !== undefined) scan.take(first);
  for (let k = 0; k < cuts && k < size; k++) {
    scan.take(order[k]);
    const impurity = scan.impurity();
    if (impurity === undefined || !(impurity < best.impurity)) continue;
    best.impurity = impurity;
    best.column = column;
    scan.leftSums(best.sums);
    write(k);
  }
}

/** Sorts the first codes of a list: by insertion where they are few, as in most nodes. */
export function sortCodes(codes: Int32Array, size: number): void {
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
