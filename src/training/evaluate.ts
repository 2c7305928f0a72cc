import { random } from "../core/random.js";
import { quantile } from "../statistics/quantile.js";
import { type RankedScores, rankScores } from "../statistics/rank-scores.js";
import { eachMetric, METRIC_NAMES, type MetricName } from "./metric-name.js";
import { numberNames } from "./number-names.js";
import { plainMetrics, weightedMetrics } from "./weighted-metrics.js";

/** A metric with its 95 % interval. */
export interface Estimate {
  /** null where it is not defined; `reason` says why. */
  value: number | null;
  /** Limits of the interval; null without rounds, or where too few draws define the metric. */
  low: number | null;
  high: number | null;
  reason?: string;
}

/** Metrics of a model by name, each with its interval. */
export type Metrics = Record<MetricName, Estimate>;

export interface EvaluateOptions {
  /** Probability from which on a row counts as predicted 1. */
  threshold: number;
  /** Draws of the bootstrap; 0 for no intervals. */
  rounds: number;
  seed: string | number;
  /** Rows of one group are drawn together (the snapshots of a subscriber are not independent). */
  group: readonly string[];
}

/** The metrics by which models are compared. */
export const COMPARED = ["roc_auc", "average_precision", "log_loss"] as const;

/** One of them. */
export type ComparedMetric = (typeof COMPARED)[number];

/** An estimate for each of them. */
export type ComparedMetrics = Record<ComparedMetric, Estimate>;

/** Metrics, and the compared ones of each draw: what differences are made of. */
export interface Evaluation {
  metrics: Metrics;
  drawn: Record<ComparedMetric, (number | null)[]>;
}

/**
 * Measures probabilities against labels, with percentile bootstrap intervals over groups (Efron 1979; Field and Welsh 2007
 * for clusters).
 *
 * @param label 0 or 1 a row
 * @param probability of the class 1 a row
 */
export function evaluate(
  label: ArrayLike<number>,
  probability: ArrayLike<number>,
  { threshold, rounds, seed, group }: EvaluateOptions,
): Evaluation {
  const ranked = rankScores(label, probability);
  const values = plainMetrics(ranked, threshold);
  const draws = eachMetric((): number[] => []);
  const compared: Evaluation["drawn"] = { roc_auc: [], average_precision: [], log_loss: [] };
  const drawnMetrics = weightedMetrics(ranked, threshold);
  for (const weight of groupDraws(ranked.order, group, rounds, seed)) {
    const drawn = drawnMetrics(weight);
    for (const name of COMPARED) compared[name].push(drawn[name]);
    for (const name of METRIC_NAMES) {
      const value = drawn[name];
      if (value !== null) draws[name].push(value);
    }
  }
  const metrics = eachMetric((name): Estimate => {
    const estimate = { value: values[name], ...percentileInterval(draws[name], rounds) };
    return estimate.value === null ? { ...estimate, reason: reasonOf(name, ranked) } : estimate;
  });
  return { metrics, drawn: compared };
}

/**
 * How much better a is than b on the same rows, with 95 % intervals: ROC AUC and average precision of a less those of b, log
 * loss of b less that of a. Evaluated with the same seed and groups both saw the same draws, so that what they share cancels
 * out.
 */
export function gainOver(a: Evaluation, b: Evaluation): ComparedMetrics {
  const gain = (name: ComparedMetric): Estimate => {
    const [whole, other] = [a.metrics[name], b.metrics[name]];
    const sign = name === "log_loss" ? -1 : 1;
    if (whole.value === null || other.value === null) {
      return { value: null, low: null, high: null, reason: whole.reason ?? other.reason };
    }
    const differences: number[] = [];
    for (const [round, x] of a.drawn[name].entries()) {
      const y = b.drawn[name][round];
      if (x !== null && y != null) differences.push(sign * (x - y));
    }
    return {
      value: sign * (whole.value - other.value),
      ...percentileInterval(differences, a.drawn[name].length),
    };
  };
  return { roc_auc: gain("roc_auc"), average_precision: gain("average_precision"), log_loss: gain("log_loss") };
}

/** Weights of the rows in `order`, round after round: how often the group of each was drawn. The array is used again. */
function* groupDraws(order: Int32Array, group: readonly string[], rounds: number, seed: string | number) {
  const { numbers, counts } = drawnGroups(group, rounds, seed);
  const place = order.map((row) => numbers[row]);
  const weight = new Float64Array(order.length);
  for (const count of counts()) {
    for (let i = 0; i < weight.length; i++) weight[i] = count[place[i]];
    yield weight;
  }
}

interface DrawnGroups {
  /** Number of each row's group. */
  numbers: Int32Array;
  /** How often each group was drawn, round after round; the array may be used again. */
  counts(): Iterable<Uint16Array>;
}

/** Draws that were made for the same rows: candidates are measured on the same ones, and need not draw them again. */
const known = new WeakMap<readonly string[], { key: string; draws: DrawnGroups }>();

/** Numbers that are kept at most. */
const MOST_KEPT = 5_000_000;

function drawnGroups(group: readonly string[], rounds: number, seed: string | number): DrawnGroups {
  const key = `${rounds} ${seed}`;
  const before = known.get(group);
  if (before?.key === key) return before.draws;
  const { numbers, size } = numberNames(group);
  const drawing = function* () {
    const draw = random(`${seed}/bootstrap`);
    const count = new Uint16Array(size);
    for (let round = 0; round < rounds; round++) {
      count.fill(0);
      for (let i = 0; i < size; i++) count[draw.int(size)]++;
      yield count;
    }
  };
  let kept: Uint16Array[] | undefined;
  const counts = () => {
    if (rounds * size > MOST_KEPT) return drawing();
    kept ??= Array.from(drawing(), (count) => count.slice());
    return kept;
  };
  const draws = { numbers, counts };
  known.set(group, { key, draws });
  return draws;
}

/** Limits of 95 % of draws. An interval needs nine tenths of the rounds: fewer would tell of the lucky draws only. */
export function percentileInterval(draws: number[], rounds: number): { low: number | null; high: number | null } {
  if (rounds === 0 || draws.length < 0.9 * rounds) return { low: null, high: null };
  const sorted = Float64Array.from(draws).sort();
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

const ONE_CLASS = "only one class is there";

function reasonOf(name: MetricName, { label }: RankedScores): string {
  if (label.length === 0) return "there is no row";
  if (name === "precision") return "no row is predicted to churn";
  if (name === "roc_auc") return ONE_CLASS;
  return "no row churned";
}
