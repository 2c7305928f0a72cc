import { memoize } from "./order-table.js";
import type { OrderedTable } from "./table.js";

/** Count, mean and spread of numbers; NaN is left out. */
export interface Moments {
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly mean: number;
  /** Σ (x − mean)² */
  readonly squares: number;
  /** Σ (x − mean)⁴ */
  readonly fourths: number;
}

/*
 * Loops that run over a whole column are compiled while they run, before the engine has seen what comes after them; from
 * there on it falls back to slow code, in every later call too. Hence loops here are functions that end with the loop, or
 * go through a column in blocks.
 */
const BLOCK = 1024;

/** Moments of values `from` … `to − 1`, in two passes. */
export function momentsOf(values: Float64Array, from = 0, to = values.length): Moments {
  const sums = Float64Array.of(0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0);
  for (let at = from; at < to; at += BLOCK) addSums(sums, values, at, Math.min(to, at + BLOCK));
  const n = sums[0];
  const sum = sums[1];
  const mean = sum / n;
  for (let at = from; at < to; at += BLOCK) addPowers(sums, values, at, Math.min(to, at + BLOCK), mean);
  return {
    n,
    min: sums[2],
    max: sums[3],
    sum,
    mean,
    squares: sums[4],
    fourths: sums[5],
  };
}

function addSums(sums: Float64Array, values: Float64Array, from: number, to: number): void {
  let n = sums[0];
  let sum = sums[1];
  let min = sums[2];
  let max = sums[3];
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    n++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  sums[0] = n;
  sums[1] = sum;
  sums[2] = min;
  sums[3] = max;
}

function addPowers(sums: Float64Array, values: Float64Array, from: number, to: number, mean: number): void {
  let squares = sums[4];
  let fourths = sums[5];
  for (let i = from; i < to; i++) {
    const d = (values[i] - mean) ** 2;
    if (!Number.isNaN(d)) {
      squares += d;
      fourths += d * d;
    }
  }
  sums[4] = squares;
  sums[5] = fourths;
}

/** Moments of a column of a table, or of its rows `from` … `to − 1`, computed once. */
export const columnMoments = (
  table: OrderedTable,
  name: string,
  values: Float64Array,
  from = 0,
  to = values.length,
): Moments => memoize(table, `moments of ${name}, ${from} ${to}`, () => momentsOf(values, from, to));

/** The values that are not NaN: a view where none is, else a copy. */
export function withoutMissing(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return knownValues(values);
  return values;
}

/** A copy of the values `from` … `to − 1` that are not NaN. */
export function knownValues(values: Float64Array, from = 0, to = values.length): Float64Array {
  const known = new Float64Array(to - from);
  return known.subarray(0, copyKnown(values, from, to, known));
}

function copyKnown(values: Float64Array, from: number, to: number, known: Float64Array): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (!Number.isNaN(value)) known[n++] = value;
  }
  return n;
}

/** Sample standard deviation (n − 1); NaN of fewer than two values. */
export const sampleDeviation = ({ n, squares }: Moments): number => (n < 2 ? Number.NaN : Math.sqrt(squares / (n - 1)));

/** The median of values, which are moved about; NaN of nothing (Hoare's selection with Floyd and Rivest's sampling). */
export function selectMedian(values: Float64Array): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  const middle = n >> 1;
  select(values, middle, 0, n - 1);
  const upper = values[middle];
  return n % 2 ? upper : (greatest(values, middle) + upper) / 2;
}

/** The greatest of the first `n` values. */
function greatest(values: Float64Array, n: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) if (values[i] > most) most = values[i];
  return most;
}

function select(a: Float64Array, k: number, from: number, to: number): void {
  let left = from;
  let right = to;
  while (right > left) {
    if (right - left > 600) {
      const n = right - left + 1;
      const m = k - left + 1;
      const z = Math.log(n);
      const s = 0.5 * Math.exp((2 * z) / 3);
      const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * (m < n / 2 ? -1 : 1);
      select(
        a,
        k,
        Math.max(left, Math.floor(k - (m * s) / n + sd)),
        Math.min(right, Math.floor(k + ((n - m) * s) / n + sd)),
      );
    }
    const t = a[k];
    let i = left;
    let j = right;
    swap(a, left, k);
    if (a[right] > t) swap(a, right, left);
    while (i < j) {
      swap(a, i, j);
      i++;
      j--;
      while (a[i] < t) i++;
      while (a[j] > t) j--;
    }
    if (a[left] === t) swap(a, left, j);
    else {
      j++;
      swap(a, j, right);
    }
    if (j <= k) left = j + 1;
    if (k <= j) right = j - 1;
  }
}

function swap(a: Float64Array, i: number, j: number): void {
  const value = a[i];
  a[i] = a[j];
  a[j] = value;
}
