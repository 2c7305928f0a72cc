import type { DriftMethod } from "./univariate-options.js";

/** What is known of a reference column: the shares of its bins or categories, and its standard deviation. */
export interface Distribution {
  readonly shares: ArrayLike<number>;
  readonly deviation: number;
}

// a normal value beyond which one chunk in a thousand lies
const Z = 3.09;

/**
 * How large a distance chance alone makes: its 99.9 % quantile between two samples of n and N rows of one distribution.
 *
 * Jensen–Shannon, Hellinger and population stability are quadratic near 0, so that each is a χ² of bins − 1 degrees of freedom
 * times (1/n + 1/N), over 8 ln 2, 8 and 1 (Österreicher and Vajda 2003; Yurdakul 2018); Kolmogorov–Smirnov by its asymptotic
 * distribution. Bins with less than a row count for nothing. NaN for a statistic that has no limit.
 */
export function chanceLimit(method: DriftMethod, { shares, deviation }: Distribution, n: number, N: number): number {
  const c = 1 / n + 1 / N;
  const rows = Math.min(n, N);
  let bins = 0;
  let largest = 0;
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i];
    if (share * rows >= 1) bins++;
    largest = Math.max(largest, share * (1 - share));
  }
  const freedom = Math.max(1, bins - 1);
  if (method === "jensen_shannon") return Math.sqrt((chiSquareQuantile(freedom) * c) / (8 * Math.LN2));
  if (method === "hellinger") return Math.sqrt((chiSquareQuantile(freedom) * c) / 8);
  if (method === "population_stability") return chiSquareQuantile(9) * c;
  if (method === "kolmogorov_smirnov") return 1.95 * Math.sqrt(c);
  // the largest of several shares: a bound of the normal tail, divided among them
  if (method === "l_infinity") return Math.sqrt(2 * Math.log(2000 * Math.max(1, bins)) * largest * c);
  // the distance of means is the greater part of it
  if (method === "wasserstein") return Z * deviation * Math.sqrt(c);
  return Number.NaN;
}

/** Quantile of χ² (Wilson and Hilferty 1931). */
function chiSquareQuantile(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + Z * Math.sqrt(spread)) ** 3;
}
