import { fitLogistic, sigmoid } from "./engines/logistic-regression.js";
import { rank } from "./ranked.js";

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
  if (method === "platt") return fitPlatt(label, score);
  if (method === "isotonic") return fitIsotonic(label, score);
  return { method: "none" };
}

/** Probabilities of scores. */
export function calibrate(calibration: Calibration, score: ArrayLike<number>): Float64Array {
  if (calibration.method === "none") return Float64Array.from(score);
  if (calibration.method === "platt") {
    const { slope, intercept } = calibration;
    return Float64Array.from(score, (s) => sigmoid(intercept + slope * logOdds(s)));
  }
  const { score: x, probability: y } = calibration;
  return Float64Array.from(score, (s) => interpolate(x, y, s));
}

/** Scores are kept this far off 0 and 1, where log-odds are infinite. */
const EDGE = 1e-5;

const logOdds = (score: number) => {
  const p = Math.min(1 - EDGE, Math.max(EDGE, score));
  return Math.log(p / (1 - p));
};

async function fitPlatt(label: ArrayLike<number>, score: ArrayLike<number>): Promise<Calibration> {
  let positives = 0;
  for (let i = 0; i < label.length; i++) positives += label[i];
  const up = (positives + 1) / (positives + 2);
  const down = 1 / (label.length - positives + 2);
  const target = Float64Array.from(label, (y) => (y ? up : down));
  // the penalty only keeps a constant score from being a division by zero
  const fit = await fitLogistic([Float64Array.from(score, logOdds)], target, 1e-9);
  return { method: "platt", slope: fit.weights[0], intercept: fit.intercept };
}

function fitIsotonic(label: ArrayLike<number>, score: ArrayLike<number>): Calibration {
  const ranked = rank(label, score);
  const blocks: { from: number; to: number; sum: number; rows: number }[] = [];
  for (let i = ranked.score.length - 1; i >= 0; ) {
    const value = ranked.score[i];
    const block = { from: value, to: value, sum: 0, rows: 0 };
    for (; i >= 0 && ranked.score[i] === value; i--) {
      block.sum += ranked.label[i];
      block.rows++;
    }
    let last = blocks.at(-1);
    while (last && last.sum * block.rows >= block.sum * last.rows) {
      block.from = last.from;
      block.sum += last.sum;
      block.rows += last.rows;
      blocks.pop();
      last = blocks.at(-1);
    }
    blocks.push(block);
  }
  const edge = 1 / (label.length + 2);
  const calibration = { method: "isotonic" as const, score: [] as number[], probability: [] as number[] };
  for (const { from, to, sum, rows } of blocks) {
    const probability = Math.min(1 - edge, Math.max(edge, sum / rows));
    for (const at of from === to ? [from] : [from, to]) {
      calibration.score.push(at);
      calibration.probability.push(probability);
    }
  }
  return calibration;
}

function interpolate(x: readonly number[], y: readonly number[], at: number): number {
  let low = 0;
  let high = x.length - 1;
  if (at <= x[low]) return y[low];
  if (at >= x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  const part = (at - x[low]) / (x[high] - x[low]);
  return y[low] + part * (y[high] - y[low]);
}
