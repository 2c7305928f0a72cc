import { ChurnError } from "../../core/errors.js";
import { MISSING } from "../loops/missing.js";
import type { Matrix } from "../matrix/matrix.js";
import type { BinnedRows, Forest } from "../model/forest.js";

/** The mean prediction at each value of a feature. */
export interface PartialDependence {
  /** Values of the column, rising: a number inside of each bin that was looked at; or levels. */
  values: number[] | string[];
  /** Mean score of the rows when all of them have that value. */
  mean: Float64Array;
  /** Mean score when the value is missing in all of them. */
  missing: number;
}

/**
 * Mean score as a function of one column, the others as they are (Friedman 2001).
 *
 * @param forest with one score a row
 * @param x rows to average over; some hundred are enough
 * @param name the column
 * @param points most values to look at, spread evenly over the bins; 30
 * @returns the values that were looked at, and the mean score at each
 * @throws ChurnError BAD_INPUT for an unknown column
 * @example
 * ```ts
 * const { values, mean } = partialDependence(forest, x, "days_silent");
 * ```
 */
export function partialDependence(
  forest: Forest,
  x: Matrix | BinnedRows,
  name: string,
  points = 30,
): PartialDependence {
  const j = forest.names.indexOf(name);
  if (j < 0) throw new ChurnError("BAD_INPUT", `column "${name}" is not one of the forest`);
  const { binned, rows } = forest.binned(x);
  const size = rows ? rows.length : binned.rows;
  if (size === 0) throw new ChurnError("NO_DATA", "partial dependence cannot be averaged over no rows");
  const { stride } = binned;
  const codes = new Uint8Array(size * stride);
  for (let i = 0; i < size; i++) {
    const at = (rows ? rows[i] : i) * stride;
    codes.set(binned.codes.subarray(at, at + stride), i * stride);
  }
  const part = { ...binned, rows: size, codes };
  const meanAt = (code: number) => {
    for (let i = 0; i < size; i++) codes[i * stride + j] = code;
    return forest.predict({ binned: part }).reduce((sum, score) => sum + score, 0) / size;
  };
  const { count, edges, levels } = forest.columns[j];
  const steps = levels ? count : Math.min(count, points);
  const at = Array.from({ length: steps }, (_, k) => (steps === 1 ? 0 : Math.round((k * (count - 1)) / (steps - 1))));
  const mean = Float64Array.from(at, meanAt);
  return { values: levels ? [...levels] : at.map((code) => inside(edges, code)), mean, missing: meanAt(MISSING) };
}

/** A number that falls into a bin: its upper edge, or for the last one a little more than its lower edge. */
function inside(edges: Float64Array, code: number): number {
  if (edges.length === 0) return 0;
  if (code < edges.length) return edges[code];
  const last = edges[edges.length - 1];
  return edges.length > 1 ? last + (last - edges[edges.length - 2]) : last + Math.max(1, Math.abs(last)) * 1e-6;
}
