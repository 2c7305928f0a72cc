import { ChurnError } from "../../core/errors.js";
import { doaneEdges, type Edges, equalWidthEdges, histogram } from "../../statistics/histogram.js";
import { withoutMissing } from "../../statistics/known-values.js";
import { moments, sampleDeviation } from "../../statistics/moments.js";
import { quantiles } from "../../statistics/quantile.js";
import type { RawMeasure } from "../calculators/calculator.js";
import {
  type BinnedDistances,
  binnedDistances,
  type CumulativeBins,
  cumulativeBins,
  kolmogorovSmirnov,
  wasserstein,
} from "./cumulative-distances.js";
import { type ContinuousMethod, driftMethod } from "./drift-methods.js";
import type { ContinuousPair, ContinuousSummary } from "./methods/distance-method.js";
import type { UnivariateOptions } from "./univariate-options.js";

/** All that is needed of a continuous reference column. */
export interface ContinuousReference {
  readonly n: number;
  readonly constant: number | null;
  readonly deviation: number;
  readonly doane: { readonly edges: Edges; readonly share: Float64Array } | null;
  /** Ascending values, where few enough for exact distances. */
  readonly sorted: Float64Array | null;
  /** Counts in bins of equal width from the least to the greatest value. */
  readonly fine: { readonly min: number; readonly max: number; readonly counts: Uint32Array } | null;
  /** Deciles, with the share of each bin between them. */
  readonly deciles: { readonly edges: Edges; readonly share: Float64Array } | null;
}

const EXACT_BELOW = 10_000;
const FINE_BINS = 10_000;

/** How a continuous column is looked at. */
export interface ContinuousOptions {
  readonly name: string;
  readonly methods: readonly ContinuousMethod[];
  readonly calculation: UnivariateOptions["calculation"];
  readonly compat: boolean;
}

export function fitContinuous(column: Float64Array, options: ContinuousOptions): ContinuousReference {
  const { name, methods, calculation, compat } = options;
  const values = withoutMissing(column);
  const about = moments(values);
  if (about === null) {
    if (!compat) throw new ChurnError("BAD_INPUT", `reference: every value of column "${name}" is missing`);
    return { n: 0, constant: null, deviation: 0, doane: null, sorted: null, fine: null, deciles: null };
  }
  const { n, min, max } = about;
  if (min === Number.NEGATIVE_INFINITY || max === Number.POSITIVE_INFINITY) {
    throw new ChurnError("BAD_INPUT", `reference: column "${name}" has infinite values`, {
      hint: "leave those rows out, or make the values missing",
    });
  }
  const needs = new Set<ContinuousSummary>(methods.flatMap((method) => driftMethod(method).continuous?.needs ?? []));
  const exact = (calculation?.method ?? "auto") === "auto" ? n < EXACT_BELOW : calculation?.method === "exact";
  const cumulative = needs.has("cumulative");
  const doane = needs.has("doane") ? doaneEdges(values) : null;
  const sorted = (exact && cumulative) || needs.has("deciles") ? values.slice().sort() : null;
  return {
    n,
    constant: min === max ? min : null,
    deviation: needs.has("deviation") ? (sampleDeviation(about) ?? Number.NaN) : 0,
    doane: doane && shares(values, doane),
    sorted: exact && cumulative ? sorted : null,
    fine: !exact && cumulative ? fineBins(values, min, max, calculation?.bins ?? FINE_BINS) : null,
    deciles: needs.has("deciles") && sorted ? decileShares(sorted) : null,
  };
}

/** The distances of rows `from` … `to − 1` from the reference, one a method. */
export function measureContinuous(
  reference: ContinuousReference,
  column: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
  { methods, compat }: Pick<ContinuousOptions, "methods" | "compat">,
): RawMeasure[] {
  const { values, infinite } = chunkValues(reference, column, from, to, compat);
  const n = values.length;
  const notes = [
    ...(infinite > 0 ? [`${infinite} infinite values are left out`] : []),
    ...(reference.constant !== null && !compat ? [`constant in the reference (${reference.constant})`] : []),
  ];
  const note = notes.length ? { note: notes.join("; ") } : {};
  if (n === 0 || reference.n === 0) {
    const rows = to - from;
    const reason = rows === 0 ? "no rows" : `all ${rows} values are missing`;
    return methods.map(() => ({ value: Number.NaN, n, reason, ...note }));
  }
  const pair = pairOf(reference, values);
  return methods.map((method) => {
    const found = driftMethod(method).continuous?.distance(pair) ?? Number.NaN;
    return { ...(typeof found === "number" ? { value: found } : found), n, ...note };
  });
}

/** A chunk beside its reference: what two methods need is made once. */
function pairOf({ doane, deciles, sorted, fine }: ContinuousReference, values: Float64Array): ContinuousPair {
  const coarse = once(() => shares(values, fitted(doane).edges).share);
  const ascending = once(() => values.slice().sort());
  const binned = once(() => fine && binnedOf(fine, values));
  return {
    doane: () => ({ p: fitted(doane).share, q: coarse() }),
    deciles: () => ({ p: fitted(deciles).share, q: unequalShares(values, fitted(deciles).edges) }),
    kolmogorovSmirnov: () => binned()?.kolmogorovSmirnov ?? kolmogorovSmirnov(fitted(sorted), ascending()),
    wasserstein: () => binned()?.wasserstein ?? wasserstein(fitted(sorted), ascending()),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function fitted<T>(summary: T | null): T {
  if (summary === null) throw new ChurnError("BAD_INPUT", "the reference was fitted without this method of drift");
  return summary;
}

// the values that a distance is made of: neither missing nor infinite, and without dust on a constant column
function chunkValues(
  { constant }: ContinuousReference,
  column: Float64Array,
  from: number,
  to: number,
  compat: boolean,
) {
  if (constant === null) {
    let end = from;
    while (end < to && Number.isFinite(column[end])) end++;
    if (end === to) return { values: column.subarray(from, to), infinite: 0 };
  }
  const values = new Float64Array(to - from);
  const dust = constant === null || compat ? -1 : 1e-9 * Math.max(1, Math.abs(constant));
  const centre = constant ?? Number.NaN;
  let n = 0;
  let infinite = 0;
  for (let i = from; i < to; i++) {
    const value = column[i];
    if (Number.isNaN(value)) continue;
    if (!compat && (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)) infinite++;
    else values[n++] = dust >= 0 && Math.abs(value - centre) <= dust ? centre : value;
  }
  return { values: values.subarray(0, n), infinite };
}

function shares(values: Float64Array, edges: Edges) {
  const { counts: share, n } = histogram(values, edges);
  for (let i = 0; i < share.length; i++) share[i] = share[i] / n;
  return { edges, share };
}

function fineBins(values: Float64Array, min: number, max: number, bins: number) {
  return { min, max, counts: new Uint32Array(histogram(values, equalWidthEdges(min, max, bins)).counts) };
}

type Fine = NonNullable<ContinuousReference["fine"]>;

// counts are what is saved; edges and sums follow from them
const cumulatives = new WeakMap<Fine, CumulativeBins>();
// the bins of a chunk, used again for the next one
let counts = new Float64Array(0);

function binnedOf(fine: Fine, values: Float64Array): BinnedDistances {
  let reference = cumulatives.get(fine);
  if (!reference) {
    reference = cumulativeBins(equalWidthEdges(fine.min, fine.max, fine.counts.length), fine.counts);
    cumulatives.set(fine, reference);
  }
  if (counts.length === fine.counts.length) counts.fill(0);
  else counts = new Float64Array(fine.counts.length);
  const bins = histogram(values, reference.edges, counts);
  return binnedDistances(reference, bins, outside(values, reference.edges, bins.below + bins.above));
}

function outside(values: Float64Array, edges: Edges, count: number) {
  if (count === 0) return { below: new Float64Array(0), above: new Float64Array(0) };
  const [min, max] = [edges[0], edges[edges.length - 1]];
  return {
    below: values.filter((value) => value < min).sort(),
    above: values.filter((value) => value > max).sort(),
  };
}

const DECILES = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);

function decileShares(sorted: Float64Array) {
  const cuts = quantiles(sorted, DECILES) ?? [];
  const edges = Float64Array.from(new Set(cuts));
  return { edges, share: unequalShares(sorted, edges) };
}

/** Shares of values in the bins (−∞, e₀], (e₀, e₁], …, (eₖ, ∞). */
function unequalShares(values: Float64Array, edges: Edges): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) {
    let bin = 0;
    while (bin < edges.length && value > edges[bin]) bin++;
    counts[bin] = counts[bin] + 1;
  }
  return counts.map((count) => count / values.length);
}
