import { quadraticChance } from "./chance-quantiles.js";
import { type DistanceMethod, type SharesPair, THREE_DEVIATIONS } from "./distance-method.js";
import { missingShare, sumOf } from "./shares.js";

/**
 * Jensen–Shannon distance: the square root of the divergence in bits (Lin 1991; Endres and Schindelin 2003).
 *
 * What of the chunk lies in no bin is one more bin, empty in the reference, as in NannyML.
 */
export function jensenShannon({ p, q }: SharesPair): number {
  const rest = missingShare(q);
  const totalP = sumOf(p);
  const totalQ = sumOf(q) + rest;
  // the order of sums is scipy's: near 0 the root turns the last bit into the sixth digit
  let left = 0;
  let right = 0;
  for (let i = 0; i < p.length; i++) {
    const a = p[i] / totalP;
    const b = q[i] / totalQ;
    const m = (a + b) / 2;
    if (a > 0) left += a * Math.log(a / m);
    if (b > 0) right += b * Math.log(b / m);
  }
  if (rest > 0) right += (rest / totalQ) * Math.LN2;
  return Math.sqrt(Math.max(0, (left + right) / Math.LN2 / 2));
}

export const jensenShannonMethod = {
  name: "jensen_shannon",
  title: "Jensen-Shannon distance",
  range: { lower: 0 },
  bounded: true,
  threshold: THREE_DEVIATIONS,
  chance: (shape, at) => quadraticChance(shape, at, 8 * Math.LN2),
  continuous: { needs: ["doane"], distance: (pair) => jensenShannon(pair.doane()) },
  categorical: { distance: jensenShannon },
} as const satisfies DistanceMethod;
