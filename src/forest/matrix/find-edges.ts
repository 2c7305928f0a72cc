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
 * @param weights mass of each value; one of mass 0 is not there
 * @returns at most maxBins − 1 edges, strictly rising; none for a constant or empty column
 */
export function findEdges(values: Float64Array, maxBins: number, weights?: Float64Array): Float64Array {
  // equal weights are no weights: nothing is to be ordered beside the values then
  const weighed = weights?.some((weight) => weight !== weights[0]) ? weightedSample(values, weights) : undefined;
  const sorted = weighed?.values ?? sortedSample(values);
  const masses = weighed?.masses ?? new Float64Array(sorted.length).fill(1);
  const distinct = sorted.subarray(0, dropEqual(sorted, masses));
  if (distinct.length <= maxBins) {
    const all = values.length > SAMPLE ? allDistinct(values, distinct, maxBins, weights) : undefined;
    return exactEdges(all ?? distinct);
  }
  return quantileEdges(distinct, masses, maxBins);
}

/** Moves the different ones of sorted values to the front, and adds up the masses of each; returns how many they are. */
function dropEqual(sorted: Float64Array, masses: Float64Array): number {
  let size = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    if (size > 0 && sorted[size - 1] === value) masses[size - 1] += masses[i];
    else {
      sorted[size] = value;
      masses[size++] = masses[i];
    }
  }
  return size;
}

/** Places of the values of which quantiles are taken: of all, or of one in each of 16,384 strata of a longer column. */
function sampledPlaces(n: number): (k: number) => number {
  if (n <= SAMPLE) return (k) => k;
  const { next } = random("quantiles");
  const stride = n / SAMPLE;
  return (k) => Math.min(n - 1, Math.floor((k + next()) * stride));
}

function sortedSample(values: Float64Array): Float64Array {
  const sample = new Float64Array(Math.min(values.length, SAMPLE));
  const placeOf = sampledPlaces(values.length);
  let size = 0;
  for (let k = 0; k < sample.length; k++) {
    const value = values[placeOf(k)];
    if (!Number.isNaN(value)) sample[size++] = value;
  }
  return sortNumbers(sample.subarray(0, size));
}

/** The same with the mass of each value. */
function weightedSample(values: Float64Array, weights: Float64Array): { values: Float64Array; masses: Float64Array } {
  const there = Int32Array.from(values.keys()).filter((i) => weights[i] > 0);
  const placeOf = sampledPlaces(there.length);
  const places = Int32Array.from({ length: Math.min(there.length, SAMPLE) }, (_, k) => there[placeOf(k)])
    .filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => values[a] - values[b] || a - b);
  return {
    values: Float64Array.from(places, (i) => values[i]),
    masses: Float64Array.from(places, (i) => weights[i]),
  };
}

/** The different values of a whole column, or undefined when they are more than `limit`. */
function allDistinct(
  values: Float64Array,
  known: Float64Array,
  limit: number,
  weights: Float64Array | undefined,
): Float64Array | undefined {
  const seen = new Set(known);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (seen.has(value) || Number.isNaN(value) || weights?.[i] === 0) continue;
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

function quantileEdges(distinct: Float64Array, masses: Float64Array, maxBins: number) {
  const edges = new Float64Array(maxBins - 1);
  let found = 0;
  let rest = 0;
  for (let i = 0; i < distinct.length; i++) rest += masses[i];
  let inBin = 0;
  for (let i = 0; i < distinct.length - 1 && found < maxBins - 1; i++) {
    inBin += masses[i];
    const target = rest / (maxBins - found);
    if (inBin >= target || (masses[i + 1] >= target && inBin > target / 4)) {
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
