/** The score before the first tree: the logit of the base rate, or the mean. */
export function startOf(
  rows: Int32Array,
  y: ArrayLike<number>,
  weightOf: (row: number) => number,
  regression: boolean,
): number {
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    sum += weightOf(row) * y[row]!;
    total += weightOf(row);
  }
  const mean = sum / total;
  if (regression) return mean;
  // one class alone has an infinite logit
  const p = Math.min(1 - 1e-12, Math.max(1e-12, mean));
  return Math.log(p / (1 - p));
}

/** Mean log loss or squared error. */
export function lossOf(
  rows: Int32Array,
  y: ArrayLike<number>,
  score: Float64Array,
  weightOf: (row: number) => number,
  regression: boolean,
): number {
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    const s = score[row]!;
    const loss = regression ? (s - y[row]!) ** 2 : Math.log1p(Math.exp(-Math.abs(s))) + Math.max(s, 0) - y[row]! * s;
    sum += weightOf(row) * loss;
    total += weightOf(row);
  }
  return total > 0 ? sum / total : 0;
}
