import { type Isotonic, interpolate } from "../../statistics/isotonic.js";

/** Scores of a chunk in descending order with their calibrated probabilities. */
export interface RankedProbabilities {
  readonly score: Float64Array;
  readonly p: Float64Array;
}

/** Ranks the scores of rows `from` … `to − 1`, without missing ones; calibration keeps the order. */
export function rankProbabilities(
  score: Float64Array,
  calibrator: Isotonic | null,
  from: number,
  to: number,
): RankedProbabilities {
  const sorted = score.slice(from, to).sort();
  let n = sorted.length;
  while (n > 0 && Number.isNaN(sorted[n - 1])) n--;
  const u = sorted.subarray(0, n).reverse();
  return { score: u, p: calibrator ? calibrateDescending(calibrator, u) : u };
}

function calibrateDescending({ x, y }: Isotonic, u: Float64Array): Float64Array {
  const p = new Float64Array(u.length);
  const end = x.length - 1;
  let high = end;
  for (let i = 0; i < u.length; i++) {
    const score = u[i];
    if (score <= x[0]) p[i] = y[0];
    else if (score >= x[end]) p[i] = y[end];
    else {
      while (x[high - 1] > score) high--;
      p[i] = interpolate({ x, y }, high, score);
    }
  }
  return p;
}

/** x to five decimals, halves to even, as numpy rounds. */
export function round5(x: number): number {
  const scaled = x * 1e5;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  return (up ? floor + 1 : floor) / 1e5;
}
