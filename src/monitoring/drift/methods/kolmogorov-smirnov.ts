import { NORMAL_999, normalTail } from "./chance-quantiles.js";
import { type DistanceMethod, THREE_DEVIATIONS } from "./distance-method.js";

export const kolmogorovSmirnovMethod = {
  name: "kolmogorov_smirnov",
  title: "Kolmogorov-Smirnov statistic",
  range: { lower: 0, upper: 1 },
  bounded: true,
  threshold: THREE_DEVIATIONS,
  // its asymptotic distribution
  chance: (_shape, { n, N, z = NORMAL_999 }) => Math.sqrt(-Math.log(normalTail(z) / 2) / 2) * Math.sqrt(1 / n + 1 / N),
  continuous: { needs: ["cumulative"], distance: (pair) => pair.kolmogorovSmirnov() },
} as const satisfies DistanceMethod;
