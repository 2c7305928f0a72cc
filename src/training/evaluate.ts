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

/** Metrics, and the ROC AUC of each draw: what differences are made of. */
export interface Evaluation {
  metrics: Metrics;
  aucDraws: (number | null)[];
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
  const aucDraws: (number | null)[] = [];
  const drawnMetrics = weightedMetrics(ranked, threshold);
  for (const weight of groupDraws(ranked.order, group, rounds, seed)) {
    const drawn = drawnMetrics(weight);
    aucDraws.push(drawn.roc_auc);
    for (const name of METRIC_NAMES) {
      const value = drawn[name];
      if (value !== null) draws[name].push(value);
    }
  }
  const metrics = eachMetric((name): Estimate => {
    const estimate = { value: values[name], ...percentileInterval(draws[name], rounds) };
    return estimate.value === null ? { ...estimate, reason: reasonOf(name, ranked) } : estimate;
  });
  return { metrics, aucDraws };
}

/**
 * Difference of the ROC AUC of two scores of the same rows, a less b, with its 95 % interval; evaluated with the same seed
 * and groups both saw the same draws, so that what they share cancels out.
 */
export function aucDifference(a: Evaluation, b: Evaluation): Estimate {
  const [whole, other] = [a.metrics.roc_auc.value, b.metrics.roc_auc.value];
  if (whole === null || other === null) return { value: null, low: null, high: null, reason: ONE_CLASS };
  const differences: number[] = [];
  for (const [round, x] of a.aucDraws.entries()) {
    const y = b.aucDraws[round];
    if (x !== null && y != null) differences.push(x - y);
  }
  return { value: whole - other, ...percentileInterval(differences, a.aucDraws.length) };
}

/** Weights of the rows in `order`, round after round: how often the group of each was drawn. The array is used again. */
function* groupDraws(order: Int32Array, group: readonly string[], rounds: number, seed: string | number) {
  const { numbers, size } = numberNames(group);
  const place = order.map((row) => numbers[row]);
  const draw = random(`${seed}/bootstrap`);
  const count = new Int32Array(size);
  const weight = new Float64Array(order.length);
  for (let round = 0; round < rounds; round++) {
    count.fill(0);
    for (let i = 0; i < size; i++) count[draw.int(size)]++;
    for (let i = 0; i < weight.length; i++) weight[i] = count[place[i]];
    yield weight;
  }
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
