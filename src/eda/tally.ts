import { sortNumbers } from "../statistics/sort-numbers.js";

/**
 * A column counted: how often each value stands in it, among those who stayed and those who churned.
 *
 * Summary, correlations, churn rates and histograms all follow from it, whether it was counted here or by the database.
 */
export interface Tally {
  /** Distinct finite values, rising. */
  values: Float64Array;
  /** Rows with each value. */
  rows: Float64Array;
  /** Of these, rows with label 0, and with label 1; rows with another label or none are in neither. */
  stayed: Float64Array;
  churned: Float64Array;
  /** Rows without a value: NaN, infinities, null. */
  missing: number;
}

/** Whole numbers that span no more than this are counted in an array, without sorting. */
const LARGEST_SPAN = 1 << 20;

/**
 * Counts the values of a column.
 *
 * @param column one number a row; NaN and infinities count as missing
 * @param label one number a row: 0, 1, or anything else where it is not known; none by default
 */
export function tally(column: ArrayLike<number>, label: ArrayLike<number> = []): Tally {
  let low = Infinity;
  let high = -Infinity;
  let whole = true;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (whole && value !== Math.floor(value)) whole = false;
  }
  if (high < low) return { ...emptyTally(0), missing: column.length };
  return whole && high - low <= LARGEST_SPAN
    ? tallyWhole(column, label, low, high - low + 1)
    : tallySorted(column, label);
}

function tallyWhole(column: ArrayLike<number>, label: ArrayLike<number>, low: number, span: number): Tally {
  const counts = emptyTally(span);
  const { rows, stayed, churned } = counts;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (!Number.isFinite(value)) {
      counts.missing++;
      continue;
    }
    const at = value - low;
    rows[at]++;
    if (label[i] === 1) churned[at]++;
    else if (label[i] === 0) stayed[at]++;
  }
  let distinct = 0;
  for (let at = 0; at < span; at++) {
    if (rows[at] === 0) continue;
    counts.values[distinct] = low + at;
    rows[distinct] = rows[at];
    stayed[distinct] = stayed[at];
    churned[distinct++] = churned[at];
  }
  return cut(counts, distinct);
}

function tallySorted(column: ArrayLike<number>, label: ArrayLike<number>): Tally {
  // without row numbers: plain numbers sort several times faster; and the zeros, often the half, need no sorting
  const of = { all: new Float64Array(column.length), churned: room(column, label, 1), unknown: room(column, label, 2) };
  const zeros = { all: 0, churned: 0, unknown: 0 };
  let all = 0;
  let churned = 0;
  let unknown = 0;
  let missing = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (!Number.isFinite(value)) missing++;
    else if (value === 0) {
      zeros.all++;
      if (label[i] === 1) zeros.churned++;
      else if (label[i] !== 0) zeros.unknown++;
    } else {
      of.all[all++] = value;
      if (label[i] === 1) of.churned[churned++] = value;
      else if (label[i] !== 0) of.unknown[unknown++] = value;
    }
  }
  const sorted = sortNumbers(of.all.subarray(0, all));
  const ones = new Run(sortNumbers(of.churned.subarray(0, churned)));
  const others = new Run(sortNumbers(of.unknown.subarray(0, unknown)));
  const counts = emptyTally(all + 1);
  let distinct = 0;
  const add = (value: number, rows: number, churned: number, unknown: number): void => {
    counts.values[distinct] = value;
    counts.rows[distinct] = rows;
    counts.churned[distinct] = churned;
    counts.stayed[distinct++] = rows - churned - unknown;
  };
  for (let i = 0; i < all; ) {
    const value = sorted[i];
    if (value > 0 && (i === 0 || sorted[i - 1] < 0) && zeros.all > 0) add(0, zeros.all, zeros.churned, zeros.unknown);
    const from = i;
    while (i < all && sorted[i] === value) i++;
    add(value, i - from, ones.take(value), others.take(value));
  }
  if (zeros.all > 0 && sorted[all - 1] < 0) add(0, zeros.all, zeros.churned, zeros.unknown);
  return { ...cut(counts, distinct), missing };
}

/** Room for the rows of one class: 1 churned, 2 unknown. */
function room(column: ArrayLike<number>, label: ArrayLike<number>, wanted: 1 | 2): Float64Array {
  let n = 0;
  for (let i = 0; i < column.length; i++) if ((label[i] === 1 ? 1 : label[i] === 0 ? 0 : 2) === wanted) n++;
  return new Float64Array(n);
}

/** Sorted numbers that are taken from the front. */
class Run {
  readonly #values: Float64Array;
  #at = 0;

  constructor(values: Float64Array) {
    this.#values = values;
  }

  /** Takes the numbers equal to `value`, which never falls, and counts them. */
  take(value: number): number {
    const from = this.#at;
    while (this.#at < this.#values.length && this.#values[this.#at] === value) this.#at++;
    return this.#at - from;
  }
}

function emptyTally(n: number): Tally {
  const column = () => new Float64Array(n);
  return { values: column(), rows: column(), stayed: column(), churned: column(), missing: 0 };
}

function cut(counts: Tally, n: number): Tally {
  const { missing, ...columns } = counts;
  // a copy lets go of a large span with few values in it
  const part = (column: Float64Array) => (n < column.length / 2 ? column.slice(0, n) : column.subarray(0, n));
  const [values, rows, stayed, churned] = [columns.values, columns.rows, columns.stayed, columns.churned].map(part);
  return { values: values, rows: rows, stayed: stayed, churned: churned, missing };
}
