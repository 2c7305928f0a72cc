import type { Chart } from "./chart.js";
import type { ChartText } from "./chart-text.js";
import { curveChart } from "./curve-chart.js";

/** What one gets by working down the ranking from the highest score. */
export interface GainsCurve {
  name: string;
  /** Share of subscribers contacted, 0 to 1, rising. */
  share: ArrayLike<number>;
  /** Share of all churners among them, 0 to 1. */
  captured: ArrayLike<number>;
  /** Drawn gray and dashed. */
  baseline?: boolean;
}

/**
 * Draws cumulative gains: the share of churners found by contacting the top share of the ranking.
 *
 * @param curves both shares 0 … 1, rising
 */
export function gainsChart(curves: readonly GainsCurve[], text: ChartText = {}): Chart {
  const title = text.title ?? "Gains: churners found by contacting the top of the ranking";
  return curveChart({
    ...text,
    title,
    subtitle: text.subtitle ?? "read at 10%: the share of churners that a campaign to the top tenth reaches",
    description: text.description ?? `Cumulative gains of ${curves.map((curve) => curve.name).join(", ")}.`,
    curves: curves.map((curve) => ({ name: curve.name, x: curve.share, y: curve.captured, baseline: curve.baseline })),
    x: { title: "subscribers contacted, highest score first (%)", domain: [0, 1], format: ".0%" },
    y: { title: "churners found (%)", domain: [0, 1], format: ".0%" },
    reference: {
      points: [
        [0, 0],
        [1, 1],
      ],
      name: "at random",
    },
  });
}
