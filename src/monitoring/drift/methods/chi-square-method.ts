import { chiSquareTest } from "../../../statistics/chi-square.js";
import { chiSquareAt, NORMAL_999 } from "./chance-quantiles.js";
import type { DistanceMethod } from "./distance-method.js";

const ALERT_P = 0.05;

/** Pearson's χ² test of the counts: it alerts by its p-value, not by a limit. */
export const chiSquareMethod = {
  name: "chi2",
  title: "Chi2 statistic",
  range: { lower: 0 },
  bounded: false,
  threshold: null,
  quadratic: true,
  chance: ({ shares }, { z = NORMAL_999 }) => chiSquareAt(Math.max(1, shares.length - 1), z),
  categorical: {
    distance({ reference, chunk, unseen }) {
      const zeros = unseen.map(() => 0);
      const test = chiSquareTest([...Array.from(reference), ...zeros], [...Array.from(chunk), ...unseen]);
      return { value: test?.statistic ?? Number.NaN, alert: test !== null && test.p < ALERT_P };
    },
  },
} as const satisfies DistanceMethod;
