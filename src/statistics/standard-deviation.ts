import { mean } from "./mean.js";

/**
 * Sample standard deviation, with n − 1 in the denominator, in two passes.
 *
 * @param values without NaN
 * @returns null of fewer than two values
 * @example
 * standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]); // 2.138…
 */
export function standardDeviation(values: ArrayLike<number>): number | null {
  const center = mean(values);
  if (center === null || values.length < 2) return null;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - center) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}
