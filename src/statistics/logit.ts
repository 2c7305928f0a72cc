/**
 * Log-odds of a probability, ln(p / (1 − p)).
 *
 * @param p in (0, 1); 0 and 1 give ∓∞
 * @example
 * logit(0.9); // 2.197…
 */
export const logit = (p: number): number => Math.log(p / (1 - p));

/**
 * The logistic function 1 / (1 + e⁻ˣ), the inverse of `logit`; without overflow.
 *
 * @example
 * sigmoid(0); // 0.5
 */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}
