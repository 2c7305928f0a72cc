import type { Edges, Histogram } from "./histogram.js";

/** Kolmogorov–Smirnov distance of two ascending samples: the greatest difference of their cumulative shares. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i++;
    while (j < b.length && (b[j] as number) <= value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

/** Wasserstein-1 (earth mover's) distance of two ascending samples: ∫ |F − G| dx. */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  let [i, j, area] = [0, 0, 0];
  let last = Math.min(a[0] as number, b[0] as number);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (next > last) area += Math.abs(i / a.length - j / b.length) * (next - last);
    while ((a[i] as number) === next) i++;
    while ((b[j] as number) === next) j++;
    last = next;
  }
  return area;
}

/** Kolmogorov–Smirnov distance from bins: `cumulative` is the reference's share up to the end of each bin. */
export function binnedKolmogorovSmirnov(cumulative: Float64Array, { counts, below, n }: Histogram): number {
  let sum = below;
  let most = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i] as number;
    most = Math.max(most, Math.abs((cumulative[i] as number) - sum / n));
  }
  return most;
}

/**
 * Wasserstein-1 distance from bins, as NannyML estimates it: exact for what lies outside the reference's range.
 *
 * @param outside ascending values of the chunk below and above the range
 */
export function binnedWasserstein(
  cumulative: Float64Array,
  edges: Edges,
  { counts, n }: Histogram,
  outside: { below: Float64Array; above: Float64Array },
): number {
  const min = edges[0] as number;
  const max = edges.at(-1) as number;
  const width = (edges[1] as number) - min;
  const shareBelow = outside.below.length ? (outside.below.length + 1) / n : 0;
  const shareAbove = outside.above.length ? (outside.above.length + 1) / n : 0;
  const low = outside.below.length ? shareBelow * areaUnder([...outside.below, min]) : 0;
  const high = outside.above.length ? shareAbove * areaOver([max, ...outside.above]) : 0;
  let sum = 0;
  let within = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i] as number;
    within += Math.abs((cumulative[i] as number) - (sum / n + shareBelow));
  }
  return within * width + low + high;
}

/** ∫ F of ascending values, from the first to the last. */
function areaUnder(values: number[]): number {
  let area = 0;
  for (let i = 1; i < values.length; i++)
    area += (i / values.length) * ((values[i] as number) - (values[i - 1] as number));
  return area;
}

function areaOver(values: number[]): number {
  let area = 0;
  for (let i = 1; i < values.length; i++) {
    area += (1 - i / values.length) * ((values[i] as number) - (values[i - 1] as number));
  }
  return area;
}
