/**
 * Log loss: mean negative log-likelihood of the labels, in nats; probabilities are clipped to [ε, 1 − ε] with ε = 2⁻⁵²,
 * as scikit-learn does.
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row, in [0, 1]
 * @param weight of each row; 1 by default
 * @returns ≥ 0, or null when there is no row
 * @example
 * logLoss([1, 0], [0.8, 0.4]); // 0.3669…
 */
export function logLoss(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  weight?: ArrayLike<number>,
): number | null {
  let sum = 0;
  let all = 0;
  for (let i = 0; i < label.length; i++) {
    const w = weight ? weight[i] : 1;
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability[i]));
    sum -= w * Math.log(label[i] ? p : 1 - p);
    all += w;
  }
  return all > 0 ? sum / all : null;
}
