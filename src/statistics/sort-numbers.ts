import { makeNumbers, makeSortable, toStarts } from "./sortable-bits.js";

/** Digits of 11 bits, the last of 9. */
const DIGITS = 6;
const VALUES = 2048;
/** Fewer numbers than this the engine sorts faster. */
const FEW = 3000;

/**
 * Sorts numbers in place, −0 before 0, as `sort()` of a `Float64Array` does; thousands in half of its time: by the digits of
 * their bits, from the last (radix sort).
 *
 * @param values without NaN
 * @returns the same array
 * @example
 * sortNumbers(Float64Array.of(3, 1, 2)); // 1, 2, 3
 */
export function sortNumbers(values: Float64Array): Float64Array {
  const n = values.length;
  if (n < FEW) return values.sort();
  const own = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
  let from: Uint32Array = own;
  let to: Uint32Array = new Uint32Array(2 * n);
  makeSortable(from);
  const counts = countDigits(from);
  for (let k = 0; k < DIGITS; k++) {
    const starts = counts.subarray(k * VALUES, (k + 1) * VALUES);
    if (starts[digit(from[0], from[1], k)] === n) continue;
    toStarts(starts);
    place(from, to, k, starts);
    [from, to] = [to, from];
  }
  makeNumbers(from, own);
  return values;
}

// each loop is a function of its own: one that is compiled while it runs is compiled with all that stands around it

function digit(low: number, high: number, k: number): number {
  if (k < 2) return (low >>> (11 * k)) & 2047;
  if (k === 2) return ((low >>> 22) | (high << 10)) & 2047;
  return (high >>> (11 * k - 32)) & 2047;
}

function countDigits(words: Uint32Array): Uint32Array {
  const counts = new Uint32Array(DIGITS * VALUES);
  for (let i = 0; i < words.length; i += 2) {
    for (let k = 0; k < DIGITS; k++) counts[k * VALUES + digit(words[i], words[i + 1], k)]++;
  }
  return counts;
}

function place(from: Uint32Array, to: Uint32Array, k: number, starts: Uint32Array): void {
  for (let i = 0; i < from.length; i += 2) {
    const at = 2 * starts[digit(from[i], from[i + 1], k)]++;
    to[at] = from[i];
    to[at + 1] = from[i + 1];
  }
}
