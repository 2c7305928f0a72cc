export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** The share of a chunk that lies in no bin: outside the range of the reference, or in a category that it does not have. */
export const missingShare = (q: ArrayLike<number>): number => Math.max(0, 1 - sumOf(q));
