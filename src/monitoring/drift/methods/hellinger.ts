import { quadraticChance } from "./chance-quantiles.js";
import { type DistanceMethod, type SharesPair, THREE_DEVIATIONS } from "./distance-method.js";
import { missingShare } from "./shares.js";

/** Hellinger distance (1909); what of the chunk lies in no bin is one more bin, empty in the reference. */
export function hellinger({ p, q }: SharesPair): number {
  let sum = missingShare(q);
  for (let i = 0; i < p.length; i++) sum += (Math.sqrt(p[i]) - Math.sqrt(q[i])) ** 2;
  return Math.sqrt(sum) / Math.SQRT2;
}

export const hellingerMethod = {
  name: "hellinger",
  title: "Hellinger distance",
  range: { lower: 0 },
  bounded: true,
  threshold: THREE_DEVIATIONS,
  chance: (shape, at) => quadraticChance(shape, at, 8),
  continuous: { needs: ["doane"], distance: (pair) => hellinger(pair.doane()) },
  categorical: { distance: hellinger },
} as const satisfies DistanceMethod;
