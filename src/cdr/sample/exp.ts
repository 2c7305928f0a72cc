/** ln 2 / 64 and its inverse, written out so that no library function takes part. */
const STEP = 0.010830424696249145;
const INVERSE_STEP = 92.33248261689366;

/** 2^(i/64) for i = 0 … 63: products of square roots of square roots of 2. */
const ROOTS = (() => {
  const table = new Float64Array(64).fill(1);
  let root = 2;
  for (let bit = 32; bit >= 1; bit >>= 1) {
    root = Math.sqrt(root);
    for (let i = 0; i < 64; i++) if (i & bit) table[i] = table[i] * root;
  }
  return table;
})();

/** 2^(i − 64) for i = 0 … 127. */
const POWERS = (() => {
  const table = new Float64Array(128).fill(1);
  for (let i = 65; i < 128; i++) table[i] = table[i - 1] * 2;
  for (let i = 63; i >= 0; i--) table[i] = table[i + 1] / 2;
  return table;
})();

/**
 * eˣ to ten digits, for |x| < 40, by sums, products and square roots alone.
 *
 * `Math.exp` may differ in the last bit from engine to engine; these operations may not (IEEE 754), so that the sample
 * has the same bytes everywhere.
 */
export function exp(x: number): number {
  const steps = Math.floor(x * INVERSE_STEP);
  const rest = x - steps * STEP;
  const series = 1 + rest * (1 + rest * (0.5 + rest * (0.16666666666666666 + rest * 0.041666666666666664)));
  return POWERS[(steps >> 6) + 64] * ROOTS[steps & 63] * series;
}
