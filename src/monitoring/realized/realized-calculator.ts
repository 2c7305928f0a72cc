import { ChurnError } from "../../core/errors.js";
import { argsort } from "../../statistics/argsort.js";
import { rankedAveragePrecision } from "../../statistics/average-precision.js";
import {
  accuracy,
  type Confusion,
  confusionSize,
  countConfusion,
  f1,
  precision,
  recall,
  specificity,
} from "../../statistics/confusion.js";
import { rankKnown } from "../../statistics/rank-scores.js";
import { rankedRocAuc } from "../../statistics/roc-auc.js";
import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { STANDARD_DEVIATION } from "../calculators/threshold.js";
import type { Chunk } from "../chunks/chunk.js";
import { memoize } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { businessValue, cellValue } from "./confusion-cells.js";
import { missingLabels } from "./missing-labels.js";
import { NANNYML_PERFORMANCE, performanceConfig } from "./performance-config.js";
import {
  isCell,
  isRanking,
  metricName,
  metricRange,
  type PerformanceKey,
  type PerformanceOptions,
  type PerformancePlan,
  planPerformance,
} from "./performance-metrics.js";
import { fitSamplingErrors, type SamplingError, samplingErrorAt } from "./performance-sampling-error.js";

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
    return { plan, errors: Object.fromEntries(fitSamplingErrors(plan, reference, compat)) };
  },

  series: ({ plan }) => performanceSeries(plan),

  prepare({ plan }, table) {
    if (!table.truth) {
      throw new ChurnError("BAD_INPUT", 'analysis: realized performance needs the column "y_true"', {
        hint: "where labels are not in yet, give NaN; or estimate performance without labels (CBPE)",
      });
    }
    needColumns(plan, table);
  },

  measure({ plan, errors }, table, chunk, { compat }) {
    const { from, to } = chunk;
    const truth = table.truth as Float64Array;
    const value = realizedValues(plan, table, chunk, compat);
    const missing = compat ? undefined : missingLabels(table, chunk);
    return plan.keys.map((key): RawMeasure => {
      const { n, failed: lost, ...rest } = value(key);
      const samplingError = lost ? Number.NaN : samplingErrorAt(errors[key] as SamplingError, n);
      const note = missing && !isRanking(key) ? missing.noteOf((c) => metricOf(plan, key, c)) : missing?.note;
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
    for (let i = from; i < to; i++) if (Number.isNaN((table.truth as Float64Array)[i])) missing++;
    return to > from ? { targetsMissingRate: missing / (to - from) } : {};
  },
};

export function performanceSeries(plan: PerformancePlan): SeriesPlan[] {
  return plan.keys.map((key) => ({
    key,
    metric: key,
    label: metricName(key),
    threshold: plan.thresholds[isCell(key) ? "confusion_matrix" : key] ?? STANDARD_DEVIATION,
    range: metricRange(key, plan.normalize),
  }));
}

/** The rows of a table by ascending score, sorted once. */
export const scoreOrder = (table: OrderedTable): Uint32Array =>
  memoize(table, "score order", () => argsort(table.score as Float64Array));

/** Refuses a table without the columns that the metrics need. */
export function needColumns({ keys }: PerformancePlan, table: OrderedTable): void {
  for (const key of keys) {
    const [there, name] = isRanking(key) ? [table.score, "y_pred_proba"] : [table.predicted, "y_pred"];
    if (!there) throw new ChurnError("BAD_INPUT", `analysis: metric ${key} needs the column "${name}"`);
  }
}

/** A metric made of counts; NaN where it is not defined, as a `RawMeasure` has it. */
export function metricOf(plan: PerformancePlan, key: PerformanceKey, c: Confusion): number {
  if (key === "accuracy") return accuracy(c) ?? Number.NaN;
  if (key === "precision") return precision(c) ?? Number.NaN;
  if (key === "recall") return recall(c) ?? Number.NaN;
  if (key === "specificity") return specificity(c) ?? Number.NaN;
  // where no row is 1, or none is predicted 1, NannyML has no F1
  if (key === "f1") return precision(c) === null || recall(c) === null ? Number.NaN : (f1(c) ?? Number.NaN);
  if (key === "business_value") {
    return businessValue(
      c,
      plan.matrix as NonNullable<typeof plan.matrix>,
      plan.perPrediction ? "per_prediction" : null,
    );
  }
  return isCell(key) ? cellValue(c, key, plan.normalize) : Number.NaN;
}

const NO_ROWS: Confusion = { truePositives: 0, trueNegatives: 0, falsePositives: 0, falseNegatives: 0 };

/** The realized metrics of a chunk, each computed when it is asked for. */
export function realizedValues(plan: PerformancePlan, table: OrderedTable, { from, to }: Chunk, compat: boolean) {
  const truth = table.truth as Float64Array;
  // estimated performance asks for the realized one too
  const { score, predicted } = table;
  const ranked =
    score && plan.keys.some(isRanking)
      ? memoize(table, `ranked scores, ${from} ${to}`, () =>
          rankKnown(truth.subarray(from, to), score.subarray(from, to)),
        )
      : undefined;
  const counts = predicted ? countConfusion(truth, predicted, from, to) : NO_ROWS;
  return (key: PerformanceKey): { value: number; n: number; reason?: string; failed?: boolean } => {
    if (isRanking(key)) {
      const n = ranked?.label.length ?? 0;
      const metric = key === "roc_auc" ? rankedRocAuc : rankedAveragePrecision;
      const value = ranked ? metric(ranked) : null;
      return value === null ? { value: Number.NaN, n, reason: `one class, n=${n}` } : { value, n };
    }
    const n = confusionSize(counts);
    if (n === 0) return { value: Number.NaN, n };
    const value = metricOf(plan, key, counts);
    const quirk = compat ? nannymlValue(plan, key, counts) : undefined;
    if (quirk !== undefined) {
      return { value: quirk, n, reason: `one class, n=${n}`, ...(key === "specificity" ? { failed: true } : {}) };
    }
    return Number.isNaN(value) ? { value, n, reason: undefinedWhy(key, counts, n) } : { value, n };
  };
}

// NannyML gives up on chunks in which labels or predictions are all the same, and multiplies a 1 x 1 matrix by a 2 x 2 one
function nannymlValue(plan: PerformancePlan, key: PerformanceKey, c: Confusion): number | undefined {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = c;
  const single = tp + tn === confusionSize(c) && (tp === 0 || tn === 0);
  if (key === "f1" || key === "precision" || key === "recall") {
    return tp + fn === 0 || tn + fp === 0 || tp + fp === 0 || tn + fn === 0 ? Number.NaN : undefined;
  }
  if (!single) return undefined;
  if (key === "specificity") return Number.NaN;
  if (key === "business_value") {
    const sum = (plan.matrix as NonNullable<typeof plan.matrix>).flat().reduce((total, worth) => total + worth, 0);
    return sum * (plan.perPrediction ? 1 : confusionSize(c));
  }
  return undefined;
}

function undefinedWhy(key: PerformanceKey, c: Confusion, n: number): string {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = c;
  if (tp + fn === 0 || tn + fp === 0) return `one class, n=${n}`;
  if (key === "precision" || tp + fp === 0) return `no row predicted positive, n=${n}`;
  return `no row of this class, n=${n}`;
}

function noRows(truth: Float64Array, from: number, to: number): string {
  if (to === from) return "no rows";
  return truth.subarray(from, to).every(Number.isNaN)
    ? `no label is in yet, ${to - from} rows`
    : `no row has both label and prediction, ${to - from} rows`;
}
