import { byDefault, type Range, type Threshold } from "../../calculators/threshold.js";

/** Shares of a reference and of a chunk over the same bins; what of the chunk lies in none is missing from its sum. */
export interface SharesPair {
  readonly p: ArrayLike<number>;
  readonly q: ArrayLike<number>;
}

/** What a fit keeps of a continuous reference column, for the methods that ask for it. */
export type ContinuousSummary = "doane" | "cumulative" | "deciles" | "deviation";

/** A continuous reference and a chunk, each summary made when a method asks for it, and once. */
export interface ContinuousPair {
  /** Shares in bins by Doane's rule. */
  doane(): SharesPair;
  /** Shares between the deciles of the reference. */
  deciles(): SharesPair;
  /** Distances of cumulative shares: from the values of a small reference, from bins of a large one. */
  kolmogorovSmirnov(): number;
  wasserstein(): number;
}

/** A categorical reference and a chunk. */
export interface CategoricalPair extends SharesPair {
  /** The same as counts. */
  readonly reference: ArrayLike<number>;
  readonly chunk: ArrayLike<number>;
  /** Counts of the categories that the reference does not have. */
  readonly unseen: readonly number[];
  /** Rows of the chunk. */
  readonly n: number;
}

/** A distance, or a statistic that comes with its own alert. */
export type Distance = number | { readonly value: number; readonly alert: boolean };

/** Rows of a chunk and of its reference, and the standard normal deviate whose quantile is asked for; 3.09 by default. */
export interface ChanceAt {
  readonly n: number;
  readonly N: number;
  readonly z?: number;
}

/** What is known of a reference column: the shares of its bins or categories, and its standard deviation. */
export interface Distribution {
  readonly shares: ArrayLike<number>;
  readonly deviation: number;
}

/** A method of univariate drift: all that the rest of the program knows of it. */
export interface DistanceMethod {
  /** As configurations, files and options name it. */
  readonly name: string;
  readonly title: string;
  readonly range: Range;
  /** It lies between 0 and 1, the same scale for every column. */
  readonly bounded: boolean;
  /** The default; null for a statistic that comes with its own alert. */
  readonly threshold: Threshold | null;
  /**
   * How large chance alone makes it: a quantile, by default that of 99.9 %, between samples of n and N rows of one
   * distribution; null where no such limit is known.
   */
  chance(shape: Distribution, at: ChanceAt): number | null;
  /** It is the square of a distance already. */
  readonly quadratic?: boolean;
  /** Of columns of numbers, if it can be used there. */
  readonly continuous?: {
    readonly needs: readonly ContinuousSummary[];
    distance(pair: ContinuousPair): Distance;
  };
  /** Of columns of categories, if it can be used there. */
  readonly categorical?: { distance(pair: CategoricalPair): Distance };
}

/** Mean + 3 standard deviations of the reference chunks: a distance has no lower limit. */
export const THREE_DEVIATIONS: Threshold = byDefault({
  type: "standard_deviation",
  std_lower_multiplier: null,
  std_upper_multiplier: 3,
});
