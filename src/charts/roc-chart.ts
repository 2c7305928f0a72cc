import type { Chart } from "./chart.js";
import { type ChartText, shortNumber } from "./chart-text.js";
import { curveChart } from "./curve-chart.js";

/** A ROC curve: from (0, 0) to (1, 1), in order. */
export interface RocCurve {
  name: string;
  /** False positive rate, 0 to 1. */
  fpr: ArrayLike<number>;
  /** True positive rate, 0 to 1. */
  tpr: ArrayLike<number>;
  thresholds?: ArrayLike<number>;
  auc?: number;
  /** Drawn gray and dashed. */
  baseline?: boolean;
}

/**
 * Draws ROC curves, the area under each in the legend.
 *
 * @param curves rates 0 … 1, rising; thresholds are shown under the pointer
 */
export function rocChart(curves: readonly RocCurve[], text: ChartText = {}): Chart {
  const title = text.title ?? "ROC: churners found against false alarms";
  const name = (curve: RocCurve) => (curve.auc === undefined ? curve.name : `${curve.name} (AUC ${auc(curve.auc)})`);
  return curveChart({
    ...text,
    title,
    subtitle: text.subtitle ?? "the nearer to the upper left corner, the better the ranking",
    description: text.description ?? `ROC curves: ${curves.map(name).join("; ")}.`,
    curves: curves.map((curve) => ({
      name: name(curve),
      x: curve.fpr,
      y: curve.tpr,
      thresholds: curve.thresholds,
      baseline: curve.baseline,
    })),
    x: { title: "false positive rate (share of stayers flagged)", domain: [0, 1], format: ".1f" },
    y: { title: "true positive rate (share of churners found)", domain: [0, 1], format: ".1f" },
    reference: {
      points: [
        [0, 0],
        [1, 1],
      ],
      name: "chance",
    },
  });
}

const auc = (value: number) => (Number.isFinite(value) ? value.toFixed(3) : shortNumber(value));
