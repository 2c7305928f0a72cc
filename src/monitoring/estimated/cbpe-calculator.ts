import { ChurnError } from "../../core/errors.js";
import { fitIsotonic, groupTotals, type Isotonic, scoreGroups } from "../../statistics/isotonic.js";
import { rankKnown } from "../../statistics/rank-scores.js";
import { rankedRocAuc } from "../../statistics/roc-auc.js";
import type { RawMeasure, SyncCalculator } from "../calculators/calculator.js";
import { originalOrder, roleOf } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { metricFor, type PerformanceKey } from "../metrics/metrics.js";
import type { CountMetric, Metric } from "../metrics/performance-metric.js";
import { rankProbabilities } from "../metrics/ranked-probabilities.js";
import { type SamplingError, samplingErrorAt } from "../metrics/sampling-error.js";
import { NANNYML_PERFORMANCE, performanceConfig } from "../realized/performance-config.js";
import { type PerformanceOptions, type PerformancePlan, planPerformance } from "../realized/performance-plan.js";
import { fitSamplingErrors } from "../realized/performance-sampling-error.js";
import {
  needMetricColumns,
  performanceSeries,
  type RealizedValue,
  realizedValues,
  scoreOrder,
} from "../realized/realized-values.js";
import {
  binByScore,
  binCounts,
  type CalibrationBins,
  confusionEstimateError,
  rankingEstimateError,
  supportOf,
} from "./estimate-error.js";
import { type ExpectedConfusion, expectedConfusion } from "./expected-confusion.js";
import { type CalibrationCheck, needsCalibration } from "./needs-calibration.js";

export interface CbpeState {
  readonly plan: PerformancePlan;
  readonly errors: Readonly<Partial<Record<PerformanceKey, SamplingError>>>;
  readonly check: CalibrationCheck;
  /** Null where the scores are well calibrated as they are. */
  readonly calibrator: Isotonic | null;
  readonly bins: CalibrationBins;
  /** Predicted classes follow the score: the means of the two lie more than a standard deviation apart. */
  readonly classesFollow: boolean;
}

// below this the reference has next to nothing to say of a chunk's scores; below the second, little
const LEAST_SUPPORT = 0.1;
const LITTLE_SUPPORT = 0.3;
// fewer rows cannot tell a strange chunk from chance
const ENOUGH_ROWS = 30;

const config = performanceConfig("cbpe");

/**
 * Confidence-based performance estimation (CBPE): metrics expected from calibrated scores, without labels.
 *
 * Method: NannyML's documentation, "Confidence-based Performance Estimation"; sees covariate shift, not concept drift.
 */
export const cbpeCalculator: SyncCalculator<PerformanceOptions, CbpeState, void, "cbpe", typeof config> = {
  name: "cbpe",
  title: "Estimated performance (CBPE)",
  role: { of: "performance", outcome: "estimated" },
  config,
  nannyml: { type: "cbpe", keys: NANNYML_PERFORMANCE },
  fields: [
    "value",
    "samplingError",
    "realized",
    "upperConfidenceBoundary",
    "lowerConfidenceBoundary",
    "upperThreshold",
    "lowerThreshold",
    "alert",
  ],
  rule: "strict",
  byColumn: false,
  limitsOf: "realized",

  fit(reference, options, { compat, warn }) {
    const plan = planPerformance(options, { score: !!reference.score, predicted: !!reference.predicted });
    if (!reference.score) throw new ChurnError("BAD_INPUT", 'reference: CBPE needs the column "y_pred_proba"');
    if (!reference.truth) throw new ChurnError("BAD_INPUT", 'reference: CBPE needs the column "y_true"');
    const { scores, labels } = knownRows(reference, compat, warn);
    const groups = scoreGroups(scores, scores === reference.score ? scoreOrder(reference) : undefined);
    const auc = rankedRocAuc(rankKnown(labels, scores, groups.order));
    if (auc !== null && auc < 0.5) {
      const text = `reference ROC AUC is ${auc.toFixed(3)}, below 0.5: is the score that of class 1?`;
      if (!compat) throw new ChurnError("BAD_INPUT", text, { hint: "give the probability of class 1" });
      warn(text);
    }
    const errors = fitSamplingErrors(plan, reference, compat);
    const check = needsCalibration(labels, scores, auc, groups);
    const calibrator = check.needed ? fitIsotonic(groups, groupTotals(groups, labels)) : null;
    const classesFollow = concordance(reference, 0, reference.rows) > 1;
    const bins = binByScore(scores, labels, groups.order);
    return { plan, errors, check, calibrator, bins, classesFollow };
  },

  series: ({ plan }) => performanceSeries(plan),

  prepare({ plan }, table) {
    if (!table.score) throw new ChurnError("BAD_INPUT", 'analysis: CBPE needs the column "y_pred_proba"');
    needMetricColumns(plan, table);
  },

  measure({ plan, errors, calibrator, bins, classesFollow }, table, chunk, { compat }) {
    const { from, to } = chunk;
    const score = roleOf(table, "score");
    const { predicted } = table;
    const ranked = rankProbabilities(score, calibrator, from, to);
    const expected = predicted && expectedConfusion(score, predicted, calibrator, from, to);
    const counts = compat ? undefined : binCounts(bins, score, predicted, from, to);
    const realized = table.truth && realizedValues(plan, table, chunk, false);
    const quirks = (key: PerformanceKey) => realizedValues(plan, table, chunk, true)(key).value;
    const errorOf = (metric: Metric, value: number): number => {
      if (metric.needs === "score") return rankingEstimateError(metric, value, ranked, bins);
      if (!expected || !counts) return Number.NaN;
      return confusionEstimateError((c) => metric.value(c, plan), expected, bins, counts);
    };
    const support = counts ? supportOf(bins, counts) : 1;
    const turned = !compat && classesFollow && concordance(table, from, to) < 0;
    const dropped = to - from - ranked.p.length;
    const notes = [
      ...(dropped > 0 ? [`${dropped} rows without a score are left out`] : []),
      ...(support < LITTLE_SUPPORT
        ? [`little of the reference (${percent(support)}) speaks for scores like these`]
        : []),
    ];
    return plan.keys.map((key): RawMeasure => {
      const metric = metricFor(key);
      const n = metric.needs === "score" ? ranked.p.length : (expected?.n ?? 0);
      const samplingError = samplingErrorAt(errors[key] as SamplingError, n);
      const truth = realized ? besideEstimate(metric, realized(key), () => quirks(key), compat) : Number.NaN;
      if (n === 0) {
        const reason = to === from ? "no rows" : `no row has a score, ${to - from} rows`;
        return { ...nothing, n, realized: truth, samplingError: Number.NaN, reason };
      }
      if ((support < LEAST_SUPPORT || turned) && n >= ENOUGH_ROWS) {
        const reason = turned
          ? "not valid: scores and predicted classes contradict each other"
          : `not valid: the scores lie where the reference has next to none (${percent(support)} of it speaks for them)`;
        return { ...nothing, n, realized: truth, samplingError, reason };
      }
      const value =
        metric.needs === "score"
          ? metric.estimated(ranked)
          : expected
            ? estimateOf(metric, plan, expected, compat)
            : Number.NaN;
      const error = compat || Number.isNaN(value) ? samplingError : errorOf(metric, value);
      const { lower, upper } = metric.range(plan);
      return {
        value,
        n,
        samplingError,
        realized: truth,
        upperConfidenceBoundary: Math.min(upper ?? Number.POSITIVE_INFINITY, value + 3 * error),
        lowerConfidenceBoundary: Math.max(lower ?? Number.NEGATIVE_INFINITY, value - 3 * error),
        ...(Number.isNaN(value) ? { reason: `${whyUndefined(metric)}, n=${n}` } : {}),
        ...(notes.length > 0 && !compat ? { note: notes.join("; ") } : {}),
      };
    });
  },
};

const nothing = {
  value: Number.NaN,
  upperConfidenceBoundary: Number.NaN,
  lowerConfidenceBoundary: Number.NaN,
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** How far the mean score of rows predicted positive lies above that of the others, in standard deviations of a class. */
function concordance({ score, predicted }: OrderedTable, from: number, to: number): number {
  if (!score || !predicted) return Number.NaN;
  const sums = new Float64Array(6);
  addScores(sums, score, predicted, from, to);
  const [n0, sum0, squares0, n1, sum1, squares1] = sums;
  const within = (n: number, sum: number, squares: number) => Math.max(1e-12, squares / n - (sum / n) ** 2);
  const spread = Math.sqrt((within(n0, sum0, squares0) + within(n1, sum1, squares1)) / 2);
  return (sum1 / n1 - sum0 / n0) / spread;
}

/** Adds rows, scores and their squares by predicted class. */
function addScores(sums: Float64Array, score: Float64Array, predicted: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const u = score[i];
    const yes = predicted[i];
    if (Number.isNaN(u) || (yes !== 0 && yes !== 1)) continue;
    const at = 3 * yes;
    sums[at] = sums[at] + 1;
    sums[at + 1] = sums[at + 1] + u;
    sums[at + 2] = sums[at + 2] + u * u;
  }
}

/** Labels and scores of the reference in the caller's order (the calibration check depends on it). */
function knownRows(reference: OrderedTable, compat: boolean, warn: (text: string) => void) {
  const scores = originalOrder(reference, roleOf(reference, "score"));
  const labels = originalOrder(reference, roleOf(reference, "truth"));
  const known = scores.map((value, i) => (Number.isNaN(value) || Number.isNaN(labels[i]) ? 0 : 1));
  const rows = known.reduce((sum, each) => sum + each, 0);
  if (rows === scores.length) return { scores, labels };
  const missing = `${scores.length - rows} of ${scores.length} reference rows have no score or no label`;
  if (compat || rows === 0) throw new ChurnError("BAD_INPUT", missing, { hint: "leave them out of the reference" });
  warn(`${missing}: they are left out`);
  return { scores: scores.filter((_, i) => known[i]), labels: labels.filter((_, i) => known[i]) };
}

function estimateOf(metric: CountMetric, plan: PerformancePlan, expected: ExpectedConfusion, compat: boolean): number {
  const theirs = compat ? metric.nannyml?.estimated?.(expected) : undefined;
  return theirs ?? metric.value(expected, plan);
}

/** What came true, to stand beside an estimate. */
function besideEstimate(metric: Metric, ours: RealizedValue, quirk: () => number, compat: boolean): number {
  const how = compat && metric.needs === "classes" ? metric.nannyml?.besideEstimate : undefined;
  if (how === "zero") return ours.n > 0 && Number.isNaN(ours.value) ? 0 : ours.value;
  return how === "realized" ? quirk() : ours.value;
}

const whyUndefined = (metric: Metric): string =>
  (metric.needs === "classes" ? metric.undefinedEstimate : undefined) ?? "one class expected";
