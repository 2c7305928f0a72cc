import type { Chart } from "./chart.js";
import { type ChartText, percent } from "./chart-text.js";
import { curveChart } from "./curve-chart.js";

/** A precision-recall curve, in order of recall. */
export interface PrecisionRecallCurve {
  name: string;
  /** Share of churners found, 0 to 1. */
  recall: ArrayLike<number>;
  /** Share of the flagged who churn, 0 to 1. */
  precision: ArrayLike<number>;
  thresholds?: ArrayLike<number>;
  averagePrecision?: number;
  /** Drawn gray and dashed. */
  baseline?: boolean;
}

/**
 * Draws precision-recall curves, the average precision of each in the legend.
 *
 * @param baseRate share of churners, which is the precision of guessing
 */
export function precisionRecallChart(
  curves: readonly PrecisionRecallCurve[],
  { baseRate, ...text }: ChartText & { baseRate?: number } = {},
): Chart {
  const title = text.title ?? "Precision and recall at every threshold";
  const name = ({ name, averagePrecision: ap }: PrecisionRecallCurve) =>
    ap === undefined || !Number.isFinite(ap) ? name : `${name} (AP ${ap.toFixed(3)})`;
  return curveChart({
    ...text,
    title,
    subtitle: text.subtitle ?? "how pure the list of flagged subscribers is, as it grows to hold more of the churners",
    description: text.description ?? `Precision-recall curves: ${curves.map(name).join("; ")}.`,
    curves: curves.map((curve) => ({
      name: name(curve),
      x: curve.recall,
      y: curve.precision,
      thresholds: curve.thresholds,
      baseline: curve.baseline,
    })),
    x: { title: "recall (share of churners found)", domain: [0, 1], format: ".1f" },
    y: { title: "precision (share of flagged who churn)", domain: [0, 1], format: ".1f" },
    ...(baseRate === undefined
      ? {}
      : {
          reference: {
            points: [
              [0, baseRate],
              [1, baseRate],
            ],
            name: `base rate ${percent(baseRate)}`,
          },
        }),
  });
}
