/** Quantile of sorted numbers by linear interpolation (method R-7, the default of R and numpy). */
export function quantile(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below];
  return below + 1 < sorted.length ? low + (at - below) * (sorted[below + 1] - low) : low;
}
