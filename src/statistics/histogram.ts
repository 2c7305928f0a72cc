/** Bins of numbers: [eᵢ, eᵢ₊₁), the last one closed on the right. */
export type Edges = Float64Array;

/**
 * Edges of k bins of equal width between two numbers, as numpy's `linspace` makes them; where both are equal, half a unit to
 * both sides.
 *
 * @param k number of bins
 * @returns k + 1 edges
 * @example
 * equalWidthEdges(0, 10, 4); // 0, 2.5, 5, 7.5, 10
 */
export function equalWidthEdges(min: number, max: number, k: number): Edges {
  const [low, high] = min === max ? [min - 0.5, max + 0.5] : [min, max];
  const step = (high - low) / k;
  const edges = new Float64Array(k + 1);
  for (let i = 0; i < k; i++) edges[i] = low + i * step;
  edges[k] = high;
  return edges;
}

/**
 * Bins of equal width, their number by Doane's rule (1976), as numpy's `histogram_bin_edges(bins="doane")`.
 *
 * @param values without NaN
 * @returns null of no value
 * @example
 * doaneEdges(Float64Array.of(1, 2, 3, 4)); // 1, 2, 3, 4
 */
export function doaneEdges(values: Float64Array): Edges | null {
  const n = values.length;
  if (n === 0) return null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const mean = sum / n;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    const d = value - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  const deviation = Math.sqrt(squares / n);
  if (n <= 2 || deviation === 0 || min === max) return equalWidthEdges(min, max, 1);
  const skew = cubes / n / deviation ** 3;
  const skewError = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const width = (max - min) / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skew) / skewError));
  return equalWidthEdges(min, max, Math.ceil((max - min) / width));
}

/** Counts of values in bins of equal width, with what lies outside; NaN is left out. */
export interface Histogram {
  readonly counts: Float64Array;
  readonly below: number;
  readonly above: number;
  /** Values that are not NaN. */
  readonly n: number;
}

/**
 * Counts values in bins of equal width; they are compared with the edges themselves, as numpy's `histogram` does.
 *
 * @param edges of bins of equal width, as `equalWidthEdges` gives them
 * @param counts where to count, all 0
 * @example
 * histogram(Float64Array.of(1, 2, 9), equalWidthEdges(0, 4, 2)); // { counts: [1, 1], below: 0, above: 1, n: 3 }
 */
export function histogram(
  values: Float64Array,
  edges: Edges,
  counts: Float64Array = new Float64Array(edges.length - 1),
): Histogram {
  const k = edges.length - 1;
  const min = edges[0];
  const max = edges[k];
  const scale = k / (max - min);
  // only so near to an edge can rounding put a value on the wrong side of it
  const near = 1e-9 + 1e-15 * scale * Math.max(Math.abs(min), Math.abs(max));
  let below = 0;
  let above = 0;
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const place = (value - min) * scale;
    let bin = place | 0;
    const past = place - bin;
    if (!(past > near && past < 1 - near && place < k)) {
      if (!(value >= min && value <= max)) {
        if (value < min) below++;
        else if (value > max) above++;
        continue;
      }
      if (bin >= k) bin = k - 1;
      while (value < edges[bin]) bin--;
      while (bin < k - 1 && value >= edges[bin + 1]) bin++;
    }
    counts[bin]++;
    n++;
  }
  return { counts, below, above, n: n + below + above };
}
