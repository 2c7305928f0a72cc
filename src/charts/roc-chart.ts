import type { RocCurve } from "../statistics/roc-curve.js";
import type { Chart } from "./chart.js";
import { type ChartText, shortNumber } from "./chart-text.js";
import { curveChart } from "./curve-chart.js";

/** A ROC curve with its name. */
export interface NamedRocCurve extends RocCurve {
  readonly name: string;
  readonly auc?: number;
  /** Drawn gray and dashed. */
  readonly baseline?: boolean;
}

/**
 * Draws ROC curves, the area under each in the legend.
 *
 * @param curves as `rocCurve` gives them; thresholds are shown under the pointer
 */
export function rocChart(curves: readonly NamedRocCurve[], text: ChartText = {}): Chart {
  const title = text.title ?? "ROC: churners found against false alarms";
  const name = (curve: NamedRocCurve) =>
    curve.auc === undefined ? curve.name : `${curve.name} (AUC ${auc(curve.auc)})`;
  return curveChart({
    ...text,
    title,
    subtitle: text.subtitle ?? "the nearer to the upper left corner, the better the ranking",
    description: text.description ?? `ROC curves: ${curves.map(name).join("; ")}.`,
    curves: curves.map((curve) => ({
      name: name(curve),
      x: curve.falsePositiveRate,
      y: curve.truePositiveRate,
      thresholds: curve.threshold,
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
