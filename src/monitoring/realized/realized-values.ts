import { ChurnError } from "../../core/errors.js";
import { argsort } from "../../statistics/argsort.js";
import { type Confusion, confusionSize, countConfusion } from "../../statistics/confusion.js";
import { rankKnown } from "../../statistics/rank-scores.js";
import type { SeriesPlan } from "../calculators/calculator.js";
import { STANDARD_DEVIATION } from "../calculators/threshold.js";
import type { Chunk } from "../chunks/chunk.js";
import { memoize, roleOf } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { groupOf, metricFor, type PerformanceKey } from "../metrics/metrics.js";
import type { PerformancePlan } from "./performance-plan.js";

/** The series of a plan, a metric each. */
export function performanceSeries(plan: PerformancePlan): SeriesPlan[] {
  return plan.keys.map((key) => {
    const { title: label, range, grows } = metricFor(key);
    const threshold = plan.thresholds[groupOf(key)] ?? STANDARD_DEVIATION;
    return { key, metric: key, label, threshold, range: range(plan), perRow: grows?.(plan) ?? false };
  });
}

/** The rows of a table by ascending score, sorted once. */
export const scoreOrder = (table: OrderedTable): Uint32Array =>
  memoize(table, "score order", () => argsort(roleOf(table, "score")));

/** Refuses an analysis without the columns that the metrics need. */
export function needMetricColumns({ keys }: PerformancePlan, table: OrderedTable): void {
  for (const key of keys) {
    const [there, name] =
      metricFor(key).needs === "score" ? [table.score, "y_pred_proba"] : [table.predicted, "y_pred"];
    if (!there) throw new ChurnError("BAD_INPUT", `analysis: metric ${key} needs the column "${name}"`);
  }
}

export const NO_ROWS: Confusion = { truePositives: 0, trueNegatives: 0, falsePositives: 0, falseNegatives: 0 };

/** A metric of a chunk from its labels. */
export interface RealizedValue {
  readonly value: number;
  readonly n: number;
  readonly reason?: string;
  /** NannyML loses the record. */
  readonly failed?: boolean;
}

/** The realized metrics of a chunk, each computed when it is asked for. */
export function realizedValues(
  plan: PerformancePlan,
  table: OrderedTable,
  { from, to }: Pick<Chunk, "from" | "to">,
  compat: boolean,
): (key: PerformanceKey) => RealizedValue {
  const truth = roleOf(table, "truth");
  // estimated performance asks for the realized one too
  const { score, predicted } = table;
  const ranked =
    score && plan.keys.some((key) => metricFor(key).needs === "score")
      ? memoize(table, `ranked scores, ${from} ${to}`, () =>
          rankKnown(truth.subarray(from, to), score.subarray(from, to)),
        )
      : undefined;
  const counts = predicted ? countConfusion(truth, predicted, from, to) : NO_ROWS;
  return (key) => {
    const metric = metricFor(key);
    if (metric.needs === "score") {
      const n = ranked?.label.length ?? 0;
      const value = ranked ? metric.realized(ranked) : null;
      return value === null ? { value: Number.NaN, n, reason: `one class, n=${n}` } : { value, n };
    }
    const n = confusionSize(counts);
    if (n === 0) return { value: Number.NaN, n };
    const { nannyml } = metric;
    const theirs = compat ? nannyml?.realized?.(counts, plan) : undefined;
    if (theirs !== undefined) {
      return { value: theirs, n, reason: `one class, n=${n}`, ...(nannyml?.losesRecord ? { failed: true } : {}) };
    }
    const value = metric.value(counts, plan);
    return Number.isNaN(value) ? { value, n, reason: undefinedWhy(counts, n) } : { value, n };
  };
}

function undefinedWhy(counts: Confusion, n: number): string {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = counts;
  if (tp + fn === 0 || tn + fp === 0) return `one class, n=${n}`;
  return tp + fp === 0 ? `no row predicted positive, n=${n}` : `no row of this class, n=${n}`;
}
