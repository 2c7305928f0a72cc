import { countConfusion } from "../../statistics/confusion.js";
import { memoize, originalOrder, roleOf } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { metricFor, type PerformanceKey } from "../metrics/metrics.js";
import { rankLabels } from "../metrics/ranked-labels.js";
import type { SamplingError } from "../metrics/sampling-error.js";
import type { PerformancePlan } from "./performance-plan.js";
import { NO_ROWS } from "./realized-values.js";

/** Fits the sampling errors of the metrics of a plan on the whole reference (the formulas of NannyML 0.13). */
export function fitSamplingErrors(
  plan: PerformancePlan,
  reference: OrderedTable,
  compat: boolean,
): Record<PerformanceKey, SamplingError> {
  const { predicted, truth } = reference;
  const counts = truth && predicted ? countConfusion(truth, predicted) : NO_ROWS;
  // realized and estimated performance learn the same from one reference
  const ranked = () =>
    memoize(reference, "ranked labels", () => {
      // rows of one score keep traces of the order they come in: in NannyML that of the file
      const inOrder = (column: Float64Array) => (compat ? originalOrder(reference, column) : column);
      return rankLabels(inOrder(roleOf(reference, "score")), inOrder(roleOf(reference, "truth")));
    });
  const entries = plan.keys.map((key): [PerformanceKey, SamplingError] => {
    const metric = metricFor(key);
    if (metric.needs === "classes") return [key, metric.samplingError(counts, plan)];
    return [key, { scale: memoize(reference, key, () => metric.samplingScale(ranked())), grows: false }];
  });
  return Object.fromEntries(entries) as Record<PerformanceKey, SamplingError>;
}
