import type { Limits } from "./threshold.js";

/** What an alert is decided on. */
export interface Judgement {
  readonly alert: boolean;
  readonly note?: string;
}

/** What a value was computed from. */
export interface Sampled {
  readonly n: number;
  /** Median rows of the reference chunks. */
  readonly usualRows: number;
  readonly samplingError?: number | null | undefined;
  /** Chunks with fewer rows do not alert. */
  readonly fewestRows?: number | undefined;
  /** The value is exact, not that of a sample: few rows do not excuse it. */
  readonly exact?: boolean | undefined;
}

// a limit that the value misses by rounding dust is not passed
const DUST = 1e-12;

/**
 * Decides an alert: the value lies beyond a limit.
 *
 * Limits come from chunks of the usual size. A chunk of less than half that many rows strays further by chance alone: it
 * alerts only if its band (± 3 standard errors) clears the limit, or, without a standard error, if the value passes the
 * limit times √(usual rows / rows), which is how drift distances shrink with the size of a sample.
 */
export function judge(
  value: number | null,
  { lower, upper }: Limits,
  { n, usualRows, samplingError, fewestRows = 0, exact = false }: Sampled,
): Judgement {
  if (value === null) return { alert: false };
  const beyond = (low: number, high: number) =>
    (lower !== null && high < lower - DUST * Math.abs(lower)) ||
    (upper !== null && low > upper + DUST * Math.abs(upper));
  if (!beyond(value, value)) return { alert: false };
  if (exact || (n >= fewestRows && n * 2 >= usualRows)) return { alert: true };
  const error = samplingError ?? Number.NaN;
  if (samplingError !== undefined) {
    if (beyond(value - 3 * error, value + 3 * error)) return { alert: true };
    return { alert: false, note: `too few rows to alert: n=${n}, the band reaches the threshold` };
  }
  const wider = value / Math.sqrt(usualRows / n);
  if (n >= fewestRows && beyond(wider, wider)) return { alert: true };
  return { alert: false, note: `too few rows to alert: n=${n}, usually ${Math.round(usualRows)}` };
}

/** NannyML's rule for performance and drift: strictly beyond a limit. */
export const strictlyBeyond = (value: number, { lower, upper }: Limits): boolean =>
  (lower !== null && value < lower) || (upper !== null && value > upper);

/** NannyML's rule for reconstruction errors and statistics: not strictly between the limits; NaN alerts. */
export const notInside = (value: number, { lower, upper }: Limits): boolean =>
  !((lower ?? Number.NEGATIVE_INFINITY) < value && value < (upper ?? Number.POSITIVE_INFINITY));
