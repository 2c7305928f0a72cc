/**
 * Quantile of ascending numbers by linear interpolation between neighbours: method R-7 of Hyndman and Fan (1996), the default
 * of R and numpy.
 *
 * @param sorted ascending, without NaN
 * @param p the share of numbers below, 0 … 1
 * @returns null of no number
 * @example
 * quantile([1, 2, 4], 0.25); // 1.5
 */
export function quantile(sorted: ArrayLike<number>, p: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below];
  return below + 1 < sorted.length ? low + (at - below) * (sorted[below + 1] - low) : low;
}

/**
 * Several quantiles of ascending numbers, each of which may stand for many rows (R-7 of the rows).
 *
 * @param sorted ascending, without NaN
 * @param shares rising, 0 … 1
 * @param counts how many rows each number stands for, whole numbers; 1 by default
 * @returns one quantile a share; null of no row
 * @example
 * quantiles([1, 2], [0.5, 1], [3, 1]); // 1, 2: the rows are 1, 1, 1, 2
 */
export function quantiles(
  sorted: ArrayLike<number>,
  shares: readonly number[],
  counts?: ArrayLike<number>,
): Float64Array | null {
  const count = (v: number) => (counts ? counts[v] : 1);
  let rows = 0;
  for (let v = 0; v < sorted.length; v++) rows += count(v);
  if (rows === 0) return null;
  let v = 0;
  let before = 0;
  return Float64Array.from(shares, (share) => {
    const at = share * (rows - 1);
    const below = Math.floor(at);
    while (v < sorted.length - 1 && before + count(v) <= below) before += count(v++);
    const low = sorted[v];
    // the next row may hold the same value still, and the next number stand for no row
    let next = v;
    if (below + 1 >= before + count(v))
      do next++;
      while (next < sorted.length && count(next) === 0);
    return next < sorted.length ? low + (at - below) * (sorted[next] - low) : low;
  });
}
