/** Count, extremes, mean and spread of numbers. */
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

/**
 * Moments of values `from` … `to − 1`, in two passes; NaN is left out.
 *
 * @param values finite numbers, NaN where one is missing
 * @returns null where there is no value
 * @example
 * moments(Float64Array.of(1, NaN, 3))?.mean; // 2
 */
export function moments(values: Float64Array, from = 0, to = values.length): Moments | null {
  const sums = Float64Array.of(0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0);
  for (let at = from; at < to; at += BLOCK) addSums(sums, values, at, Math.min(to, at + BLOCK));
  const n = sums[0];
  if (n === 0) return null;
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

/** Sample standard deviation, with n − 1 in the denominator; null of fewer than two values. */
export const sampleDeviation = ({ n, squares }: Moments): number | null =>
  n < 2 ? null : Math.sqrt(squares / (n - 1));
