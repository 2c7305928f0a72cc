import { ChurnError } from "../../core/errors.js";
import { argsort } from "../../statistics/argsort.js";
import { businessValue, type Confusion, cellValue, confusionSize, countConfusion } from "../../statistics/confusion.js";
import { averagePrecision, rocAuc, rocAucInOrder, scoresByClass } from "../../statistics/ranking-metrics.js";
import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { STANDARD_DEVIATION } from "../calculators/threshold.js";
import type { Chunk } from "../chunks/chunk.js";
import { memoize } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { missingLabels } from "./missing-labels.js";
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

/** Realized performance: the metrics of a chunk from the labels that are in. */
export const realizedCalculator: SyncCalculator<PerformanceOptions, RealizedState, void, "realized"> = {
  name: "realized",
  fields: ["samplingError", "value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: false,

  fit(reference, options, { warn, compat }) {
    const plan = planPerformance(options, { score: !!reference.score, predicted: !!reference.predicted });
    const { truth, score } = reference;
    if (!truth) throw new ChurnError("BAD_INPUT", 'reference: realized performance needs the column "y_true"');
    if (truth.every(Number.isNaN)) throw new ChurnError("BAD_INPUT", 'reference: every value of "y_true" is missing');
    if (score) {
      const auc = rocAucInOrder(scoreOrder(reference), score, truth);
      if (auc < 0.5) {
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

/** A metric made of counts; NaN where it is not defined. */
export function metricOf(plan: PerformancePlan, key: PerformanceKey, c: Confusion): number {
  const { tp, tn, fp, fn } = c;
  if (key === "accuracy") return (tp + tn) / (tp + tn + fp + fn);
  if (key === "precision") return tp / (tp + fp);
  if (key === "recall") return tp / (tp + fn);
  if (key === "specificity") return tn / (tn + fp);
  if (key === "f1") return tp + fn === 0 || tp + fp === 0 ? Number.NaN : (2 * tp) / (2 * tp + fp + fn);
  if (key === "business_value") {
    return businessValue(
      c,
      plan.matrix as NonNullable<typeof plan.matrix>,
      plan.perPrediction ? "per_prediction" : null,
    );
  }
  return isCell(key) ? cellValue(c, key, plan.normalize) : Number.NaN;
}

/** The realized metrics of a chunk, each computed when it is asked for. */
export function realizedValues(plan: PerformancePlan, table: OrderedTable, { from, to }: Chunk, compat: boolean) {
  const truth = table.truth as Float64Array;
  // estimated performance asks for the realized one too
  const parted = plan.keys.some(isRanking)
    ? memoize(table, `scores by class, ${from} ${to}`, () =>
        scoresByClass(table.score as Float64Array, truth, from, to),
      )
    : undefined;
  const counts = table.predicted ? countConfusion(truth, table.predicted, from, to) : { tp: 0, tn: 0, fp: 0, fn: 0 };
  return (key: PerformanceKey): { value: number; n: number; reason?: string; failed?: boolean } => {
    if (isRanking(key)) {
      const { positive, negative } = parted as NonNullable<typeof parted>;
      const n = positive.length + negative.length;
      const value = key === "roc_auc" ? rocAuc({ positive, negative }) : averagePrecision({ positive, negative });
      return Number.isNaN(value) ? { value, n, reason: `one class, n=${n}` } : { value, n };
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
  const { tp, tn, fp, fn } = c;
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

function undefinedWhy(key: PerformanceKey, { tp, tn, fp, fn }: Confusion, n: number): string {
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
