import { NORMAL_999 } from "./chance-quantiles.js";
import { type DistanceMethod, THREE_DEVIATIONS } from "./distance-method.js";

// a distance is never 0: half of all normal samples lie farther apart
const TYPICAL = 0.75;

export const wassersteinMethod = {
  name: "wasserstein",
  title: "Wasserstein distance",
  range: { lower: 0 },
  bounded: false,
  threshold: THREE_DEVIATIONS,
  // the distance of means is the greater part of it
  chance: ({ deviation }, { n, N, z = NORMAL_999 }) =>
    (TYPICAL + (1 - TYPICAL / NORMAL_999) * z) * deviation * Math.sqrt(1 / n + 1 / N),
  continuous: { needs: ["cumulative", "deviation"], distance: (pair) => pair.wasserstein() },
} as const satisfies DistanceMethod;
