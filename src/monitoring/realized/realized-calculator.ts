import { ChurnError } from "../../core/errors.js";
import { rankKnown } from "../../statistics/rank-scores.js";
import { rankedRocAuc } from "../../statistics/roc-auc.js";
import type { RawMeasure, SyncCalculator } from "../calculators/calculator.js";
import { roleOf } from "../chunks/order-table.js";
import { metricFor, type PerformanceKey } from "../metrics/metrics.js";
import { type SamplingError, samplingErrorAt } from "../metrics/sampling-error.js";
import { missingLabels } from "./missing-labels.js";
import { NANNYML_PERFORMANCE, performanceConfig } from "./performance-config.js";
import { type PerformanceOptions, type PerformancePlan, planPerformance } from "./performance-plan.js";
import { fitSamplingErrors } from "./performance-sampling-error.js";
import { needMetricColumns, performanceSeries, realizedValues, scoreOrder } from "./realized-values.js";

export interface RealizedState {
  readonly plan: PerformancePlan;
  readonly errors: Readonly<Partial<Record<PerformanceKey, SamplingError>>>;
}

const config = performanceConfig("realized");

/** Realized performance: the metrics of a chunk from the labels that are in. */
export const realizedCalculator: SyncCalculator<PerformanceOptions, RealizedState, void, "realized", typeof config> = {
  name: "realized",
  title: "Realized performance",
  role: { of: "performance", outcome: "realized" },
  config,
  nannyml: { type: "performance", keys: NANNYML_PERFORMANCE },
  fields: ["samplingError", "value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: false,

  fit(reference, options, { warn, compat }) {
    const plan = planPerformance(options, { score: !!reference.score, predicted: !!reference.predicted });
    const { truth, score } = reference;
    if (!truth) throw new ChurnError("BAD_INPUT", 'reference: realized performance needs the column "y_true"');
    if (truth.every(Number.isNaN)) throw new ChurnError("BAD_INPUT", 'reference: every value of "y_true" is missing');
    if (score) {
      const auc = rankedRocAuc(rankKnown(truth, score, scoreOrder(reference)));
      if (auc !== null && auc < 0.5) {
        warn(`reference ROC AUC is ${auc.toFixed(3)}, below 0.5: is the score that of class 1?`);
      }
    }
    return { plan, errors: fitSamplingErrors(plan, reference, compat) };
  },

  series: ({ plan }) => performanceSeries(plan),

  prepare({ plan }, table) {
    if (!table.truth) {
      throw new ChurnError("BAD_INPUT", 'analysis: realized performance needs the column "y_true"', {
        hint: "where labels are not in yet, give NaN; or estimate performance without labels (CBPE)",
      });
    }
    needMetricColumns(plan, table);
  },

  measure({ plan, errors }, table, chunk, { compat }) {
    const { from, to } = chunk;
    const truth = roleOf(table, "truth");
    const value = realizedValues(plan, table, chunk, compat);
    const missing = compat ? undefined : missingLabels(table, chunk);
    return plan.keys.map((key): RawMeasure => {
      const { n, failed: lost, ...rest } = value(key);
      const samplingError = lost ? Number.NaN : samplingErrorAt(errors[key] as SamplingError, n);
      const metric = metricFor(key);
      const note = metric.needs === "classes" ? missing?.noteOf((c) => metric.value(c, plan)) : missing?.note;
      return {
        ...rest,
        n,
        samplingError,
        ...(lost ? { alert: null, failed: true } : {}),
        ...(note ? { note } : {}),
        ...(n === 0 ? { reason: noRows(truth, from, to) } : {}),
      };
    });
  },

  chunkExtras(table, { from, to }) {
    let missing = 0;
    const truth = roleOf(table, "truth");
    for (let i = from; i < to; i++) if (Number.isNaN(truth[i])) missing++;
    return to > from ? { targetsMissingRate: missing / (to - from) } : {};
  },
};

function noRows(truth: Float64Array, from: number, to: number): string {
  if (to === from) return "no rows";
  return truth.subarray(from, to).every(Number.isNaN)
    ? `no label is in yet, ${to - from} rows`
    : `no row has both label and prediction, ${to - from} rows`;
}
