/**
 * Brier score: mean squared difference of probability and label (Brier 1950); 0 is perfect.
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row, in [0, 1]
 * @param weight of each row; 1 by default
 * @returns 0 … 1, or null when there is no row
 * @example
 * brierScore([1, 0], [0.8, 0.4]); // 0.1
 */
export function brierScore(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  weight?: ArrayLike<number>,
): number | null {
  let sum = 0;
  let all = 0;
  for (let i = 0; i < label.length; i++) {
    const w = weight ? weight[i] : 1;
    sum += w * (probability[i] - label[i]) ** 2;
    all += w;
  }
  return all > 0 ? sum / all : null;
}
