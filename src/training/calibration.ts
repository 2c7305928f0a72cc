import { argsort } from "../statistics/argsort.js";
import { fitIsotonic, groupTotals, isotonicAt, scoreGroups } from "../statistics/isotonic.js";
import { logit, sigmoid } from "../statistics/logit.js";
import { fitLogistic, rowMatrix } from "./engines/logistic-regression.js";

/** How a score becomes a probability, as plain JSON. */
export type Calibration =
  | { method: "none" }
  | { method: "platt"; slope: number; intercept: number }
  | { method: "isotonic"; score: number[]; probability: number[] };

/**
 * Fits the map from scores to probabilities.
 *
 * "platt" is a logistic curve over the log-odds of the score with Platt's smoothed targets (Platt 1999): class weights shift
 * the log-odds of a forest, and this shifts them back; it never changes the ranking. "isotonic" is the non-decreasing step
 * function of least squares (pool adjacent violators; Zadrozny and Elkan 2002), linear between its points, and kept
 * 1 / (rows + 2) off 0 and 1; it makes ties.
 *
 * @param label 0 or 1 a row
 * @param score in [0, 1] a row, from models that did not train on the row
 */
export async function fitCalibration(
  method: Calibration["method"],
  label: ArrayLike<number>,
  score: ArrayLike<number>,
): Promise<Calibration> {
  if (method === "platt") return plattCalibration(label, score);
  if (method === "isotonic") return isotonicCalibration(label, score);
  return { method: "none" };
}

/** Probabilities of scores. */
export function calibrate(calibration: Calibration, score: ArrayLike<number>): Float64Array {
  if (calibration.method === "none") return Float64Array.from(score);
  if (calibration.method === "platt") {
    const { slope, intercept } = calibration;
    return Float64Array.from(score, (s) => sigmoid(intercept + slope * logOdds(s)));
  }
  const curve = { x: Float64Array.from(calibration.score), y: Float64Array.from(calibration.probability) };
  return Float64Array.from(score, (s) => isotonicAt(curve, s));
}

/** Scores are kept this far off 0 and 1, where log-odds are infinite. */
const EDGE = 1e-5;

const logOdds = (score: number) => logit(Math.min(1 - EDGE, Math.max(EDGE, score)));

async function plattCalibration(label: ArrayLike<number>, score: ArrayLike<number>): Promise<Calibration> {
  let positives = 0;
  for (let i = 0; i < label.length; i++) positives += label[i];
  const up = (positives + 1) / (positives + 2);
  const down = 1 / (label.length - positives + 2);
  const target = Float64Array.from(label, (y) => (y ? up : down));
  // the penalty only keeps a constant score from being a division by zero
  const fit = await fitLogistic(rowMatrix([Float64Array.from(score, logOdds)], score.length), target, {
    penalty: 1e-9,
  });
  return { method: "platt", slope: fit.weights[0], intercept: fit.intercept };
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
