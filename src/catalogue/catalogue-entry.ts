import type { ExplainedFeature } from "../features/explain-plan.js";
import { fitContinuous, measureContinuous } from "../monitoring/drift/continuous-drift.js";
import { driftMethod } from "../monitoring/drift/drift-methods.js";
import { equalWidthEdges, histogram } from "../statistics/histogram.js";
import { withoutMissing } from "../statistics/known-values.js";
import { quantiles } from "../statistics/quantile.js";
import type { FeatureStrength } from "../training/leakage/feature-strength.js";

/** Shares of the values of a feature in bins of equal width, of the training days and of the days since. */
export interface FeatureHistogram {
  /** log1p: the bins are of equal width in log(1 + x). */
  scale: "linear" | "log1p";
  low: number;
  high: number;
  training: number[];
  now: number[];
  /** Share of the values that lie outside: the half per cent at each end, where the feature has a long tail. */
  cut: number;
}

/** How far the values of a feature are from those of the training days. */
export interface FeatureDrift {
  /** Jensen-Shannon distance, 0 … 1. */
  value: number;
  /** Above it the feature is said to have moved: what chance makes of these rows in one case of a thousand, and 0.1 at least. */
  limit: number;
  hasMoved: boolean;
}

/** A feature in the catalogue. */
export interface CatalogueEntry extends ExplainedFeature, Pick<FeatureStrength, "auc" | "missing"> {
  /** Share of the snapshots of the days since training that lack it; null without such. */
  missingNow: number | null;
  median: number | null;
  histogram: FeatureHistogram | null;
  /** Null without days since training, or without values. */
  drift: FeatureDrift | null;
}

/** Distance that matters at all, as NannyML has it. */
const MATTERS = 0.1;
const METHOD = "jensen_shannon";

/** Describes one feature. */
export function catalogueEntry(
  feature: ExplainedFeature,
  strength: FeatureStrength,
  { training, now }: { training: Float64Array; now: Float64Array },
): CatalogueEntry {
  const [before, after] = [withoutMissing(training).slice().sort(), withoutMissing(now)];
  return {
    ...feature,
    auc: strength.auc,
    missing: strength.missing,
    missingNow: now.length ? 1 - after.length / now.length : null,
    median: quantiles(before, [0.5])?.[0] ?? null,
    histogram: histogramOf(before, after),
    drift: driftOf(feature.name, training, now),
  };
}

const BINS = 28;
/** Whole numbers of so small a range have a bin each. */
const FEW = 40;
const TAIL = 0.005;
/** How many medians the largest values are away where the axis is logarithmic. */
const SKEWED = 10;

/** @param before ascending */
function histogramOf(before: Float64Array, after: Float64Array): FeatureHistogram | null {
  const ends = quantiles(before, [0, TAIL, 0.5, 1 - TAIL, 1]);
  if (!ends) return null;
  const [min, first, median, last, max] = ends;
  const whole = before.every(Number.isInteger) && max - min <= FEW;
  // what is spread over several powers of ten is seen on a logarithmic axis alone
  const isLog = !whole && min >= 0 && last > SKEWED * Math.max(median, 1);
  const scaled = (value: number) => (isLog ? Math.log1p(value) : value);
  const [low, high] = whole ? [min - 0.5, max + 0.5] : first === last ? [min, max] : [first, last];
  const edges = equalWidthEdges(scaled(low), scaled(high), whole ? max - min + 1 : BINS);
  const shares = (values: Float64Array) => {
    const { counts, n } = histogram(isLog ? values.map(Math.log1p) : values, edges);
    return Array.from(counts, (count) => (n ? count / n : 0));
  };
  const training = shares(before);
  const cut = 1 - training.reduce((sum, share) => sum + share, 0);
  return {
    scale: isLog ? "log1p" : "linear",
    ...(low === high ? { low: low - 0.5, high: high + 0.5 } : { low, high }),
    ...{ training, now: shares(after), cut: cut < 1e-9 ? 0 : cut },
  };
}

function driftOf(name: string, training: Float64Array, now: Float64Array): FeatureDrift | null {
  const [rows, later] = [withoutMissing(training).length, withoutMissing(now).length];
  if (rows === 0 || later === 0) return null;
  const options = { name, methods: [METHOD], calculation: undefined, compat: false } as const;
  const reference = fitContinuous(training, options);
  const [measure] = measureContinuous(reference, now, { from: 0, to: now.length }, options);
  if (!measure || !Number.isFinite(measure.value)) return null;
  const shape = { shares: reference.doane?.share ?? [], deviation: reference.deviation };
  const limit = Math.max(MATTERS, driftMethod(METHOD).chance(shape, { n: later, N: rows }) ?? 0);
  return { value: measure.value, limit, hasMoved: measure.value > limit };
}
