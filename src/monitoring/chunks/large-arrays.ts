/** From this many rows on a second thread pays for its start. */
export const LARGE = 50_000;

/** Doubles for a column; of a large table in memory that threads share. */
export function floats(n: number): Float64Array {
  return n < LARGE ? new Float64Array(n) : new Float64Array(new SharedArrayBuffer(8 * n));
}

/** Codes for a column, in the same way. */
export function codes(n: number): Int32Array {
  return n < LARGE ? new Int32Array(n) : new Int32Array(new SharedArrayBuffer(4 * n));
}
