import { argsort } from "../statistics/argsort.js";
import { fitIsotonic, groupTotals, isotonicAt, scoreGroups } from "../statistics/isotonic.js";
import { logit, sigmoid } from "../statistics/logit.js";
import { fitLogistic, rowMatrix } from "./engines/logistic-regression.js";

/** How a score becomes a probability, as plain JSON. */
export type Calibration =
  | { method: "none" }
  | { method: "platt"; slope: number; intercept: number }
  /** log-odds = low · ln s − high · ln(1 − s) + intercept */
  | { method: "beta"; low: number; high: number; intercept: number }
  | { method: "isotonic"; score: number[]; probability: number[] };

/** A map that can be fitted, and "none". */
export type CalibrationMethod = Calibration["method"];

/**
 * Fits the map from scores to probabilities.
 *
 * "platt" is a logistic curve over the log-odds of the score with Platt's smoothed targets (Platt 1999): class weights shift
 * the log-odds of a forest, and this shifts them back. "beta" bends both ends by themselves (Kull, Silva Filho and Flach 2017).
 * Neither ever turns the ranking round: where scores say nothing, or the contrary, all get the base rate. "isotonic" is the
 * non-decreasing step function of least squares (pool adjacent violators; Zadrozny and Elkan 2002), linear between its points,
 * and kept 1 / (rows + 2) off 0 and 1; it makes ties.
 *
 * @param label 0 or 1 a row
 * @param score in [0, 1] a row, from models that did not train on the row
 */
export async function fitCalibration(
  method: CalibrationMethod,
  label: ArrayLike<number>,
  score: ArrayLike<number>,
): Promise<Calibration> {
  if (method === "platt") return plattCalibration(label, score);
  if (method === "beta") return betaCalibration(label, score);
  if (method === "isotonic") return isotonicCalibration(label, score);
  return { method: "none" };
}

/** Probabilities of scores, always above 0 and below 1. */
export function calibrate(calibration: Calibration, score: ArrayLike<number>): Float64Array {
  if (calibration.method === "none") return Float64Array.from(score, inside);
  if (calibration.method === "platt") {
    const { slope, intercept } = calibration;
    return Float64Array.from(score, (s) => inside(sigmoid(intercept + slope * logit(inside(s)))));
  }
  if (calibration.method === "beta") {
    const { low, high, intercept } = calibration;
    return Float64Array.from(score, (s) => {
      const p = inside(s);
      return inside(sigmoid(intercept + low * Math.log(p) - high * Math.log1p(-p)));
    });
  }
  const curve = { x: Float64Array.from(calibration.score), y: Float64Array.from(calibration.probability) };
  return Float64Array.from(score, (s) => isotonicAt(curve, s));
}

/** Scores are kept this far off 0 and 1, where log-odds are infinite. */
const EDGE = 1e-5;

const inside = (score: number) => Math.min(1 - EDGE, Math.max(EDGE, score));

/** Platt's targets: what is left of 0 and 1 when one row of each class is added. */
function smoothed(label: ArrayLike<number>): Float64Array {
  let positives = 0;
  for (let i = 0; i < label.length; i++) positives += label[i];
  const up = (positives + 1) / (positives + 2);
  const down = 1 / (label.length - positives + 2);
  return Float64Array.from(label, (y) => (y ? up : down));
}

/** Weights of a logistic regression on some curves of the score; the penalty only keeps a constant score from being a division by zero. */
async function weightsOf(label: ArrayLike<number>, curves: readonly Float64Array[]) {
  return fitLogistic(rowMatrix(curves, label.length), smoothed(label), { penalty: 1e-9, tolerance: 1e-13 });
}

async function plattCalibration(label: ArrayLike<number>, score: ArrayLike<number>): Promise<Calibration> {
  const fit = await weightsOf(label, [Float64Array.from(score, (s) => logit(inside(s)))]);
  if (fit.weights[0] < 0) return { method: "platt", slope: 0, intercept: (await weightsOf(label, [])).intercept };
  return { method: "platt", slope: fit.weights[0], intercept: fit.intercept };
}

async function betaCalibration(label: ArrayLike<number>, score: ArrayLike<number>): Promise<Calibration> {
  const low = Float64Array.from(score, (s) => Math.log(inside(s)));
  const high = Float64Array.from(score, (s) => -Math.log1p(-inside(s)));
  const both = await weightsOf(label, [low, high]);
  const [a, b] = both.weights;
  if (a >= 0 && b >= 0) return { method: "beta", low: a, high: b, intercept: both.intercept };
  // as in the paper: a weight below 0 is taken for 0, and the other is fitted again
  const one = await weightsOf(label, [a < 0 ? high : low]);
  const [weight] = one.weights;
  if (weight < 0) return { method: "beta", low: 0, high: 0, intercept: (await weightsOf(label, [])).intercept };
  return { method: "beta", low: a < 0 ? 0 : weight, high: a < 0 ? weight : 0, intercept: one.intercept };
}

function isotonicCalibration(label: ArrayLike<number>, score: ArrayLike<number>): Calibration {
  // only equal scores are one: those of a forest may be very near to each other
  const groups = scoreGroups(score, argsort(score), Number.MIN_VALUE);
  const { x, y } = fitIsotonic(groups, groupTotals(groups, label));
  const edge = 1 / (label.length + 2);
  return {
    method: "isotonic",
    score: Array.from(x),
    probability: Array.from(y, (p) => Math.min(1 - edge, Math.max(edge, p))),
  };
}
