/**
 * Arithmetic mean.
 *
 * @param values without NaN
 * @param weight of each value; 1 by default
 * @returns null of no value, or no weight
 * @example
 * mean([1, 2, 6]); // 3
 */
export function mean(values: ArrayLike<number>, weight?: ArrayLike<number>): number | null {
  let sum = 0;
  let all = 0;
  for (let i = 0; i < values.length; i++) {
    const w = weight ? weight[i] : 1;
    sum += w * values[i];
    all += w;
  }
  return all > 0 ? sum / all : null;
}
