import { argsort } from "./argsort.js";

/**
 * Ranks from 1 on, equal values sharing the mean of their ranks (as scipy's `rankdata`).
 *
 * @param values without NaN
 * @example
 * midRanks([10, 30, 10]); // 1.5, 3, 1.5
 */
export function midRanks(values: ArrayLike<number>): Float64Array {
  const order = argsort(values);
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && values[order[end]] === values[order[i]]) end++;
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) ranks[order[i]] = rank;
  }
  return ranks;
}
