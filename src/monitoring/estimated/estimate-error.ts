import type { Confusion } from "../../statistics/confusion.js";
import type { RankingMetric } from "../metrics/performance-metric.js";
import type { RankedProbabilities } from "../metrics/ranked-probabilities.js";
import type { ExpectedConfusion } from "./expected-confusion.js";

/**
 * What the reference can say of its own calibration: scores in bins of equal count, each with the variance of the share of
 * positives in it.
 */
export interface CalibrationBins {
  /** Lower edges of the bins but the first. */
  readonly edges: Float64Array;
  /** Share of the reference in each bin. */
  readonly share: Float64Array;
  /** Variance of the mean label of the bin. */
  readonly variance: Float64Array;
}

const ROWS_A_BIN = 50;
const MOST_BINS = 50;

/** @param order the rows by ascending score */
export function binByScore(scores: Float64Array, labels: Float64Array, order: Uint32Array): CalibrationBins {
  const rows = order.length;
  const wanted = Math.max(1, Math.min(MOST_BINS, Math.floor(rows / ROWS_A_BIN)));
  const cuts = Array.from({ length: wanted - 1 }, (_, b) => scores[order[Math.floor(((b + 1) * rows) / wanted)]]);
  const edges = Float64Array.from(new Set(cuts));
  const count = new Float64Array(edges.length + 1);
  const positives = new Float64Array(edges.length + 1);
  let b = 0;
  for (const row of order) {
    while (b < edges.length && edges[b] <= scores[row]) b++;
    count[b] = count[b] + 1;
    positives[b] = positives[b] + labels[row];
  }
  const variance = count.map((n, b) => {
    // half a row of either class keeps a bin of one class from claiming certainty
    const p = (positives[b] + 0.5) / (n + 1);
    return (p * (1 - p)) / Math.max(n, 1);
  });
  return { edges, share: count.map((n) => n / scores.length), variance };
}

function binOf(edges: Float64Array, score: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The share of the reference's rows that still speak for a chunk (Kish's effective sample size of the reference weighted to
 * the chunk's scores); 1 without a shift, near 0 where the chunk's scores lie where the reference has next to none.
 */
export function supportOf({ share }: CalibrationBins, { all }: BinCounts): number {
  const n = all.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (let b = 0; b < share.length; b++) {
    const q = all[b] / n;
    // E q² = q² + q(1 − q)/n: what sampling alone adds is taken off
    const squared = Math.max(0, q * q - (q * (1 - q)) / Math.max(1, n - 1));
    sum += squared / Math.max(share[b], 1e-12);
  }
  return n === 0 ? Number.NaN : Math.min(1, 1 / sum);
}

/** Rows of a chunk in each calibration bin: all with a score, and those with a predicted class by it. */
export interface BinCounts {
  readonly all: Float64Array;
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

export function binCounts(
  { edges, share }: CalibrationBins,
  score: Float64Array,
  predicted: Float64Array | undefined,
  from: number,
  to: number,
): BinCounts {
  const all = new Float64Array(share.length);
  const positive = new Float64Array(share.length);
  const negative = new Float64Array(share.length);
  for (let i = from; i < to; i++) {
    const u = score[i];
    if (Number.isNaN(u)) continue;
    const b = binOf(edges, u);
    all[b] = all[b] + 1;
    const label = predicted ? predicted[i] : Number.NaN;
    if (Number.isNaN(label)) continue;
    const counts = label === 1 ? positive : negative;
    counts[b] = counts[b] + 1;
  }
  return { all, positive, negative };
}

/** Standard error of an estimate against what will come true: chance of the labels, and what is unknown of calibration. */
export function confusionEstimateError(
  metric: (counts: Confusion) => number,
  expected: ExpectedConfusion,
  bins: CalibrationBins,
  counts: BinCounts,
): number {
  // the metric's slope in one more positive among rows predicted positive, and among rows predicted negative
  const slope = (more: Partial<Confusion>) => {
    const h = 1e-4 * expected.n;
    const moved = (sign: number) => {
      const by = (cell: keyof Confusion) => expected[cell] + sign * h * (more[cell] ?? 0);
      return metric({
        truePositives: by("truePositives"),
        trueNegatives: by("trueNegatives"),
        falsePositives: by("falsePositives"),
        falseNegatives: by("falseNegatives"),
      });
    };
    return (moved(1) - moved(-1)) / (2 * h);
  };
  const yes =
    expected.truePositives + expected.falsePositives > 0 ? slope({ truePositives: 1, falsePositives: -1 }) : 0;
  const no = expected.trueNegatives + expected.falseNegatives > 0 ? slope({ falseNegatives: 1, trueNegatives: -1 }) : 0;
  const pulled = new Float64Array(bins.share.length);
  for (let b = 0; b < pulled.length; b++) {
    pulled[b] = counts.positive[b] * yes + counts.negative[b] * no;
  }
  const chance = yes * yes * expected.positiveVariance + no * no * expected.negativeVariance;
  return Math.sqrt(chance + unknown(pulled, bins));
}

/** The same for a metric of the order of scores, from the influence of each row. */
export function rankingEstimateError(
  metric: RankingMetric,
  value: number,
  ranked: RankedProbabilities,
  bins: CalibrationBins,
): number {
  const { score, p } = ranked;
  const pulled = new Float64Array(bins.share.length);
  let chance = 0;
  metric.influences(ranked, value, (i, influence) => {
    const each = p[i];
    chance += influence * influence * each * (1 - each);
    const b = binOf(bins.edges, score[i]);
    pulled[b] = pulled[b] + influence;
  });
  return Math.sqrt(chance + unknown(pulled, bins));
}

function unknown(pulled: Float64Array, { variance }: CalibrationBins): number {
  let sum = 0;
  for (let b = 0; b < pulled.length; b++) sum += pulled[b] ** 2 * variance[b];
  return sum;
}
