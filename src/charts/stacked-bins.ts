/** Counts of several groups over common bins of equal width; the last bin takes its upper edge too. */
export interface StackedBins {
  /** bins + 1 edges, rising. */
  edges: Float64Array;
  counts: Float64Array[];
  /** Counts over the number of finite values of the group; what lies outside the domain counts there too. */
  shares: Float64Array[];
}

/**
 * Bins groups of numbers over one range; NaN and infinities are left out.
 *
 * @param domain range of the bins, by default that of all values
 */
export function stackedBins(
  groups: readonly ArrayLike<number>[],
  bins: number,
  domain?: [number, number],
): StackedBins {
  let [low, high] = domain ?? [Infinity, -Infinity];
  if (!domain) {
    for (const values of groups) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (!Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  if (!(high >= low)) [low, high] = [0, 1];
  if (high === low) [low, high] = [low - 0.5, high + 0.5];
  const width = (high - low) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, b) => (b === bins ? high : low + b * width));
  const counts = groups.map(() => new Float64Array(bins));
  const shares = groups.map((values, g) => {
    let n = 0;
    const count = counts[g];
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) continue;
      n++;
      if (value < low || value > high) continue;
      const bin = Math.min(bins - 1, Math.floor((value - low) / width));
      count[bin] = count[bin] + 1;
    }
    return count.map((c) => (n > 0 ? c / n : 0));
  });
  return { edges, counts, shares };
}
