import type { Chart } from "./chart.js";
import type { ChartText } from "./chart-text.js";
import { curveChart } from "./curve-chart.js";

/** The first handful of a ranking is noise that would squeeze the rest: the curve starts at this share. */
const LEAST_SHARE = 0.005;

/** How much denser churners are at the top of the ranking than on average. */
export interface LiftCurve {
  name: string;
  /** Share of subscribers contacted, 0 to 1, rising. */
  share: ArrayLike<number>;
  /** Churn rate among them over the churn rate of all. */
  lift: ArrayLike<number>;
  /** Drawn gray and dashed. */
  baseline?: boolean;
}

/**
 * Draws cumulative lift: how many times more churners the top share of the ranking holds than a random choice of as many.
 *
 * @param curves `share` 0 … 1, rising
 */
export function liftChart(curves: readonly LiftCurve[], text: ChartText = {}): Chart {
  const title = text.title ?? "Lift: how much denser churners are at the top of the ranking";
  const shown = curves.map((curve) => {
    const from = Array.from(curve.share).findIndex((share) => share >= LEAST_SHARE);
    return { ...curve, share: Array.from(curve.share).slice(from), lift: Array.from(curve.lift).slice(from) };
  });
  const top = shown.flatMap((curve) => curve.lift).reduce((most, lift) => Math.max(most, lift), 1);
  return curveChart({
    ...text,
    title,
    subtitle: text.subtitle ?? "churn rate among those contacted, over the churn rate of all",
    description: text.description ?? `Cumulative lift of ${curves.map((curve) => curve.name).join(", ")}.`,
    curves: shown.map((curve) => ({ name: curve.name, x: curve.share, y: curve.lift, baseline: curve.baseline })),
    x: { title: "subscribers contacted, highest score first (%)", domain: [0, 1], format: ".0%" },
    y: { title: "lift (times the average churn rate)", domain: [0, top * 1.05], format: ",~f" },
    reference: {
      points: [
        [0, 1],
        [1, 1],
      ],
      name: "at random",
    },
  });
}
