/** Rows / (classes × rows of the class), as in scikit-learn; classes without rows do not count. */
export function balancedClassWeights(counts: ArrayLike<number>): number[] {
  const all = Array.from(counts);
  const total = all.reduce((sum, count) => sum + count, 0);
  const present = all.filter((count) => count > 0).length;
  return all.map((count) => (count > 0 ? total / (present * count) : 1));
}

/** Weights of rows by which all classes weigh the same, and all rows as much as without. */
export function balancedRowWeights(
  y: ArrayLike<number>,
  rows: Int32Array,
  classes: number,
  own: Float64Array | undefined,
): Float64Array {
  const sums = new Float64Array(classes);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const weight = own ? own[rows[i]] : 1;
    sums[y[rows[i]]] += weight;
    total += weight;
  }
  const present = sums.filter((sum) => sum > 0).length;
  return Float64Array.from(y, (k, row) => ((own ? own[row] : 1) * total) / (present * sums[k]));
}
