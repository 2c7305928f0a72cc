/**
 * Indices of at most `most` points that keep the shape of a curve: evenly spaced along its length, both ends included.
 *
 * Lengths are taken after both axes are scaled to the range of the curve.
 */
export function thinCurve(x: ArrayLike<number>, y: ArrayLike<number>, most = 240): number[] {
  const n = Math.min(x.length, y.length);
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  const scale = (values: ArrayLike<number>): number => {
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < n; i++) {
      const value = values[i];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return high > low ? 1 / (high - low) : 0;
  };
  const sx = scale(x);
  const sy = scale(y);
  const along = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const step = Math.hypot(sx * (x[i] - x[i - 1]), sy * (y[i] - y[i - 1]));
    along[i] = along[i - 1] + (Number.isFinite(step) ? step : 0);
  }
  const length = along[n - 1];
  const kept = [0];
  for (let i = 1; i < n - 1; i++) {
    if (along[i] >= (kept.length * length) / (most - 1)) kept.push(i);
  }
  kept.push(n - 1);
  return kept;
}
