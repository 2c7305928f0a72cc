/**
 * What the reference chunks say of a series: where it lies, how much it moves beyond what the size of a chunk explains, and
 * how well both are known. Plain data, kept with a fitted calculator.
 */
export interface Baseline {
  /** Shares are held by their arcsine, whose error depends on the number of rows alone; distances by what chance allows. */
  readonly kind: "mean" | "share" | "distance";
  /** Mean of the reference chunks and its standard error; of a distance what lasting differences of chunks add to it. */
  readonly centre: number;
  readonly centreError: number;
  /** Plain mean of the reference chunks, by row where `perRow`. */
  readonly usual: number;
  /** Standard deviation between chunks beyond their sampling errors. */
  readonly between: number;
  /** Chunks with a value. */
  readonly chunks: number;
  /** Share of the sampling error that all chunks have in common, as where the same people recur: 0 … 1. */
  readonly alike: number;
  /** Measured values are divided by rows: a count, or a sum. */
  readonly perRow: boolean;
  /** How far above the reference values of other rows lie without any change: what was fitted fits its own rows best. */
  readonly slack: number;
}

/** How chance acts on a distance: the quantile at a standard normal deviate between n rows and the reference. */
export interface Chance {
  limit(n: number, z: number): number | null;
  /** What makes it additive: distances are squared (2), divergences are as they are (1). */
  readonly power: 1 | 2;
}
