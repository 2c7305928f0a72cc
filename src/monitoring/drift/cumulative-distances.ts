import type { Edges, Histogram } from "../../statistics/histogram.js";

/** Kolmogorov–Smirnov distance of two ascending samples: the greatest difference of their cumulative shares. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let most = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= value) i++;
    while (j < b.length && b[j] <= value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

/** Wasserstein-1 (earth mover's) distance of two ascending samples: ∫ |F − G| dx. */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let area = 0;
  let last = Math.min(a[0], b[0]);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (next > last) area += Math.abs(i / a.length - j / b.length) * (next - last);
    while (a[i] === next) i++;
    while (b[j] === next) j++;
    last = next;
  }
  return area;
}

/** A reference in bins of equal width. Counts are whole numbers, so that sums of them are exact. */
export interface CumulativeBins {
  readonly edges: Edges;
  readonly n: number;
  /** Rows up to the end of each bin. */
  readonly upTo: Float64Array;
  /** Σ of `upTo` before each bin, and of all. */
  readonly sums: Float64Array;
}

/** Distances that come from bins. */
export interface BinnedDistances {
  readonly kolmogorovSmirnov: number;
  readonly wasserstein: number;
}

export function cumulativeBins(edges: Edges, counts: Uint32Array): CumulativeBins {
  const upTo = new Float64Array(counts.length);
  const sums = new Float64Array(counts.length + 1);
  let n = 0;
  for (let i = 0; i < counts.length; i++) {
    n += counts[i];
    upTo[i] = n;
    sums[i + 1] = sums[i] + n;
  }
  return { edges, n, upTo, sums };
}

/**
 * Kolmogorov–Smirnov and Wasserstein-1 distance from bins, as NannyML estimates them: the latter exact for what lies outside
 * the reference's range.
 *
 * Between two bins that the chunk has rows in, its share stays and the reference's grows: the greatest difference is at an
 * end, and a sum of differences follows from `sums`. A chunk of few rows leaves most bins empty.
 *
 * @param outside ascending values of the chunk below and above the range
 */
export function binnedDistances(
  reference: CumulativeBins,
  { counts, below, n }: Histogram,
  outside: { below: Float64Array; above: Float64Array },
): BinnedDistances {
  const { edges, n: all, upTo } = reference;
  const bins = upTo.length;
  const min = edges[0];
  const max = edges[bins];
  const width = edges[1] - min;
  const rowsBelow = outside.below.length ? outside.below.length + 1 : 0;
  const rowsAbove = outside.above.length ? outside.above.length + 1 : 0;
  const low = rowsBelow ? (rowsBelow / n) * areaUnder([...outside.below, min]) : 0;
  const high = rowsAbove ? (rowsAbove / n) * areaOver([max, ...outside.above]) : 0;
  let sum = 0;
  let most = 0;
  let within = 0;
  for (let from = 0; from < bins; ) {
    sum += counts[from];
    let to = from + 1;
    while (to < bins && counts[to] === 0) to++;
    const first = upTo[from];
    const share = (below + sum) / n;
    most = Math.max(most, Math.abs(first / all - share), Math.abs(upTo[to - 1] / all - share));
    const level = (sum + rowsBelow) * all;
    let middle = from;
    if (first * n < level) {
      middle = to;
      if (upTo[to - 1] * n > level) while (upTo[middle - 1] * n > level) middle--;
    }
    within += areaBetween(reference, middle, to, n, level) - areaBetween(reference, from, middle, n, level);
    from = to;
  }
  return { kolmogorovSmirnov: most, wasserstein: (within / (all * n)) * width + low + high };
}

/** Σ of `upTo · n − level` over bins `from` … `to − 1`; what is taken off first keeps the numbers small and exact. */
function areaBetween({ sums, upTo }: CumulativeBins, from: number, to: number, n: number, level: number): number {
  if (from === to) return 0;
  const first = upTo[from];
  const rise = sums[to] - sums[from] - (to - from) * first;
  return n * rise + (to - from) * (first * n - level);
}

/** ∫ F of ascending values, from the first to the last. */
function areaUnder(values: number[]): number {
  let area = 0;
  for (let i = 1; i < values.length; i++) area += (i / values.length) * (values[i] - values[i - 1]);
  return area;
}

function areaOver(values: number[]): number {
  let area = 0;
  for (let i = 1; i < values.length; i++) {
    area += (1 - i / values.length) * (values[i] - values[i - 1]);
  }
  return area;
}
