import type { Confusion } from "../../statistics/confusion.js";
import { type Isotonic, isotonicAt } from "../../statistics/isotonic.js";

/** Expected counts of a chunk, and what is needed for the error of anything made of them. */
export interface ExpectedConfusion extends Confusion {
  readonly n: number;
  /** Σ p(1 − p) over rows predicted positive, and negative. */
  readonly positiveVariance: number;
  readonly negativeVariance: number;
}

/** Expected counts over rows `from` … `to − 1` with calibrated probabilities; rows without score or class are left out. */
export function expectedConfusion(
  score: Float64Array,
  predicted: Float64Array,
  calibrator: Isotonic | null,
  from: number,
  to: number,
): ExpectedConfusion {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  let trueNegatives = 0;
  let n = 0;
  let positiveVariance = 0;
  let negativeVariance = 0;
  for (let i = from; i < to; i++) {
    const u = score[i];
    const yes = predicted[i];
    if (Number.isNaN(u) || Number.isNaN(yes)) continue;
    const p = calibrator ? isotonicAt(calibrator, u) : u;
    n++;
    if (yes === 1) {
      truePositives += p;
      falsePositives += 1 - p;
      positiveVariance += p * (1 - p);
    } else {
      falseNegatives += p;
      trueNegatives += 1 - p;
      negativeVariance += p * (1 - p);
    }
  }
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    n,
    positiveVariance,
    negativeVariance,
  };
}
