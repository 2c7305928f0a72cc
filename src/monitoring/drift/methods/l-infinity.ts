import { countFilled, NORMAL_999, normalTail } from "./chance-quantiles.js";
import { type DistanceMethod, type SharesPair, THREE_DEVIATIONS } from "./distance-method.js";

/** The greatest difference of a share. Unknown categories are to be bins of their own. */
export function lInfinity({ p, q }: SharesPair): number {
  let most = 0;
  for (let i = 0; i < p.length; i++) most = Math.max(most, Math.abs(p[i] - q[i]));
  return most;
}

export const lInfinityMethod = {
  name: "l_infinity",
  title: "L-Infinity distance",
  range: { lower: 0 },
  bounded: true,
  threshold: THREE_DEVIATIONS,
  chance(shape, { n, N, z = NORMAL_999 }) {
    let variance = 0;
    for (let i = 0; i < shape.shares.length; i++) {
      variance = Math.max(variance, shape.shares[i] * (1 - shape.shares[i]));
    }
    // the largest of several shares: a bound of the normal tail, divided among them
    const bins = Math.max(1, countFilled(shape, Math.min(n, N)));
    return Math.sqrt(2 * Math.log((2 * bins) / normalTail(z)) * variance * (1 / n + 1 / N));
  },
  categorical: {
    distance: ({ p, q, unseen, n }) =>
      lInfinity({
        p: [...Array.from(p), ...unseen.map(() => 0)],
        q: [...Array.from(q), ...unseen.map((count) => count / n)],
      }),
  },
} as const satisfies DistanceMethod;
