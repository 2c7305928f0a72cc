import { byDefault } from "../../calculators/threshold.js";
import { chiSquareAt, NORMAL_999 } from "./chance-quantiles.js";
import type { DistanceMethod, SharesPair } from "./distance-method.js";
import { missingShare } from "./shares.js";

// half a row in ten thousand: an empty bin counts as this much
const EMPTY = 1e-4;

/** Population stability index: Σ (q − p)·ln(q / p) (Lewis 1994); empty bins count as 0.0001. */
export function populationStability({ p, q }: SharesPair): number {
  const term = (a: number, b: number) => (b - a) * Math.log(Math.max(b, EMPTY) / Math.max(a, EMPTY));
  let sum = term(0, missingShare(q));
  for (let i = 0; i < p.length; i++) sum += term(p[i], q[i]);
  return sum;
}

export const populationStabilityMethod = {
  name: "population_stability",
  title: "Population stability index",
  range: { lower: 0 },
  bounded: false,
  // the limit in use since Siddiqi (2006) for a shift that needs action
  threshold: byDefault({ type: "constant", upper: 0.25 }),
  quadratic: true,
  // ten bins: a χ² of nine degrees of freedom (Yurdakul 2018)
  chance: (_shape, { n, N, z = NORMAL_999 }) => chiSquareAt(9, z) * (1 / n + 1 / N),
  continuous: { needs: ["deciles"], distance: (pair) => populationStability(pair.deciles()) },
  categorical: { distance: populationStability },
} as const satisfies DistanceMethod;
