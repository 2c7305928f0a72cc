import { ChurnError } from "../../core/errors.js";

/** What rows weigh in a fit, on a scale that a common factor of all weights does not change. */
export interface RowWeights {
  /** Weight by row of the matrix, in memory that threads share. */
  of: Float64Array;
  /** Whether each is a whole number, so that a row counts as that many equal rows; if not, their mean is 1. */
  areCounts: boolean;
}

/** Most rows that a row may count as. */
export const MOST_COUNT = 127;

/** Weights that are no counts are multiples of this: sums of them are exact, so that a last bit of rounding decides nothing. */
const GRID = 2 ** -28;

/**
 * Checks and scales the weights of rows.
 *
 * Whole multiples of the smallest weight, up to 127, are numbers of equal rows: 1, 2, 3 as well as 0.5, 1, 1.5. All others get
 * a mean of 1 over the rows of the fit, so that numbers of rows, as in minSamplesLeaf and l2, mean what they mean without
 * weights.
 *
 * @param rows the rows of the fit
 * @param size rows of the matrix
 * @throws ChurnError BAD_INPUT for a weight that is not a number ≥ 0, NO_DATA where all rows weigh 0
 */
export function rowWeights(weights: Float64Array, rows: Int32Array, size: number): RowWeights {
  if (weights.length !== size)
    throw new ChurnError("BAD_INPUT", `there are ${weights.length} weights for ${size} rows`);
  for (let i = 0; i < size; i++) {
    if (!(weights[i] >= 0 && weights[i] <= 1e100)) {
      throw new ChurnError("BAD_INPUT", `weight ${weights[i]} of row ${i} is not a number ≥ 0`);
    }
  }
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  let weighed = 0;
  for (const row of rows) {
    const weight = weights[row];
    if (weight === 0) continue;
    least = Math.min(least, weight);
    sum += weight;
    weighed++;
  }
  if (weighed === 0) throw new ChurnError("NO_DATA", "all rows have weight 0");
  const areCounts = rows.every((row) => {
    const count = weights[row] / least;
    return count <= MOST_COUNT + 0.5 && Math.abs(count - Math.round(count)) <= 1e-9 * count;
  });
  const scale = areCounts ? least : sum / weighed;
  const of = new Float64Array(new SharedArrayBuffer(Math.max(8, size * 8)), 0, size);
  for (let i = 0; i < size; i++) {
    const weight = weights[i] / scale;
    of[i] = weight === 0 ? 0 : Math.max(GRID, Math.round(weight / GRID) * GRID);
  }
  if (areCounts) for (const row of rows) of[row] = Math.round(of[row]);
  return { of, areCounts };
}

/** The rows of a fit that weigh anything, in memory that threads share: a row of weight 0 is not there. */
export function weighedRows(rows: Int32Array, weights: RowWeights | undefined): Int32Array {
  if (!weights || rows.every((row) => weights.of[row] > 0)) return rows;
  const kept = rows.filter((row) => weights.of[row] > 0);
  const shared = new Int32Array(new SharedArrayBuffer(4 * kept.length));
  shared.set(kept);
  return shared;
}
