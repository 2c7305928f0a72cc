/** The sampling error of a metric in a chunk of n rows is `scale / √n`, or `scale · √n` for counts and sums. */
export interface SamplingError {
  readonly scale: number;
  readonly grows: boolean;
}

export const samplingErrorAt = ({ scale, grows }: SamplingError, n: number): number =>
  n === 0 ? Number.NaN : grows ? scale * Math.sqrt(n) : scale / Math.sqrt(n);

/** Standard deviation of a ones and b zeros; NaN with neither. */
export const spread = (a: number, b: number): number => Math.sqrt(a * b) / (a + b);

/** The error of a share of some rows only: those are (a + b) / total of a chunk. */
export const partialSpread = (a: number, b: number, total: number): number => spread(a, b) / Math.sqrt((a + b) / total);
