import { NORMAL_999 } from "./chance-quantiles.js";
import { type DistanceMethod, THREE_DEVIATIONS } from "./distance-method.js";

export const wassersteinMethod = {
  name: "wasserstein",
  title: "Wasserstein distance",
  range: { lower: 0 },
  bounded: false,
  threshold: THREE_DEVIATIONS,
  // the distance of means is the greater part of it
  chance: ({ deviation }, n, N) => NORMAL_999 * deviation * Math.sqrt(1 / n + 1 / N),
  continuous: { needs: ["cumulative", "deviation"], distance: (pair) => pair.wasserstein() },
} as const satisfies DistanceMethod;
