import { random } from "../../core/random.js";
import { sortNumbers } from "../../statistics/sort-numbers.js";

/** Longest column whose quantiles are taken from all of its values; longer ones are sampled. */
const SAMPLE = 16_384;

/**
 * Finds the upper edges of the bins of a numeric column: value v lies in the first bin b with v ≤ edges[b], or in the last.
 *
 * A column of at most `maxBins` different values gets a bin for each, with edges midway between neighbours, so that its
 * splits are exact. Others get bins of about equal mass; a value that fills a bin by itself has it alone, and what it
 * takes is not taken from the others (as in LightGBM; Ke et al. 2017). Quantiles of a column longer than 16,384 rows come
 * from a seeded stratified sample of that size.
 *
 * @param values NaN for a missing value; infinities are ordinary values at the ends
 * @returns at most maxBins − 1 edges, strictly rising; none for a constant or empty column
 */
export function findEdges(values: Float64Array, maxBins: number): Float64Array {
  const sorted = sortedSample(values);
  const total = sorted.length;
  const counts = new Int32Array(total);
  const distinct = sorted.subarray(0, dropEqual(sorted, counts));
  if (distinct.length <= maxBins) {
    const all = total < values.length ? allDistinct(values, distinct, maxBins) : undefined;
    return exactEdges(all ?? distinct);
  }
  return quantileEdges(distinct, counts, total, maxBins);
}

/** Moves the different ones of sorted values to the front, and counts each; returns how many they are. */
function dropEqual(sorted: Float64Array, counts: Int32Array): number {
  let size = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    if (size === 0 || sorted[size - 1] !== value) sorted[size++] = value;
    counts[size - 1]++;
  }
  return size;
}

function sortedSample(values: Float64Array): Float64Array {
  const n = values.length;
  const sample = new Float64Array(Math.min(n, SAMPLE));
  let size = 0;
  if (n <= SAMPLE) {
    for (let i = 0; i < n; i++) if (!Number.isNaN(values[i])) sample[size++] = values[i];
  } else {
    const { next } = random("quantiles");
    const stride = n / SAMPLE;
    for (let k = 0; k < SAMPLE; k++) {
      const value = values[Math.min(n - 1, Math.floor((k + next()) * stride))];
      if (!Number.isNaN(value)) sample[size++] = value;
    }
  }
  return sortNumbers(sample.subarray(0, size));
}

/** The different values of a whole column, or undefined when they are more than `limit`. */
function allDistinct(values: Float64Array, known: Float64Array, limit: number): Float64Array | undefined {
  const seen = new Set(known);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (seen.has(value) || Number.isNaN(value)) continue;
    if (seen.size === limit) return undefined;
    seen.add(value);
  }
  return Float64Array.from(seen).sort();
}

function exactEdges(distinct: Float64Array): Float64Array {
  const edges = new Float64Array(Math.max(0, distinct.length - 1));
  for (let i = 0; i < edges.length; i++) edges[i] = between(distinct[i], distinct[i + 1]);
  return edges;
}

function quantileEdges(distinct: Float64Array, counts: Int32Array, total: number, maxBins: number) {
  const edges = new Float64Array(maxBins - 1);
  let found = 0;
  let rest = total;
  let inBin = 0;
  for (let i = 0; i < distinct.length - 1 && found < maxBins - 1; i++) {
    inBin += counts[i];
    const target = rest / (maxBins - found);
    if (inBin >= target || (counts[i + 1] >= target && inBin > target / 4)) {
      edges[found++] = between(distinct[i], distinct[i + 1]);
      rest -= inBin;
      inBin = 0;
    }
  }
  return edges.slice(0, found);
}

/** A number t with a ≤ t < b, midway where that can be had (an overflow or an infinity gives a). */
function between(a: number, b: number): number {
  const middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}
