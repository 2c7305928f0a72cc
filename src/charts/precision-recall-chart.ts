import type { PrecisionRecallCurve } from "../statistics/precision-recall-curve.js";
import type { Chart } from "./chart.js";
import { type ChartText, percent } from "./chart-text.js";
import { curveChart } from "./curve-chart.js";

/** A precision-recall curve with its name. */
export interface NamedPrecisionRecallCurve extends PrecisionRecallCurve {
  readonly name: string;
  readonly averagePrecision?: number;
  /** Drawn gray and dashed. */
  readonly baseline?: boolean;
}

/**
 * Draws precision-recall curves, the average precision of each in the legend.
 *
 * @param baseRate share of churners, which is the precision of guessing
 */
export function precisionRecallChart(
  curves: readonly NamedPrecisionRecallCurve[],
  { baseRate, ...text }: ChartText & { baseRate?: number } = {},
): Chart {
  const title = text.title ?? "Precision and recall at every threshold";
  const name = ({ name, averagePrecision: ap }: NamedPrecisionRecallCurve) =>
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
      thresholds: curve.threshold,
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
