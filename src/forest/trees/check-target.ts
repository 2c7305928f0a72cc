import { ChurnError } from "../../core/errors.js";

/** The rows of a fit in memory that threads share. */
export function sharedRows(rows: Int32Array | undefined, size: number): Int32Array {
  const count = rows?.length ?? size;
  if (count === 0) throw new ChurnError("NO_DATA", "trees cannot be fitted on no rows");
  if (size > 1 << 24) {
    throw new ChurnError("BAD_INPUT", `matrix of ${size} rows is too long: a forest takes 16,777,216`, {
      hint: "fit it on a sample of the rows",
    });
  }
  const shared = new Int32Array(new SharedArrayBuffer(4 * count));
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i] : i;
    if (!(row >= 0 && row < size)) {
      throw new ChurnError("BAD_INPUT", `row ${row} is outside of the matrix of ${size} rows`);
    }
    shared[i] = row;
  }
  return shared;
}

/** Classes by row, in memory that threads share. */
export function checkLabels(y: ArrayLike<number>, rows: number): { y: Uint8Array; classes: number } {
  if (y.length !== rows) throw new ChurnError("BAD_INPUT", `there are ${y.length} labels for ${rows} rows`);
  const codes = new Uint8Array(new SharedArrayBuffer(Math.max(1, rows)), 0, rows);
  let classes = 0;
  for (let i = 0; i < rows; i++) {
    const label = y[i];
    if (!(Number.isInteger(label) && label >= 0 && label < 256)) {
      throw new ChurnError("BAD_INPUT", `label ${label} of row ${i} is not a class`, {
        hint: "labels are whole numbers from 0, at most 255",
      });
    }
    codes[i] = label;
    if (label >= classes) classes = label + 1;
  }
  return { y: codes, classes };
}

/** Numbers by row, in memory that threads share. */
export function checkNumbers(y: ArrayLike<number>, rows: number): { y: Float64Array; classes: number } {
  if (y.length !== rows) throw new ChurnError("BAD_INPUT", `there are ${y.length} targets for ${rows} rows`);
  const numbers = new Float64Array(new SharedArrayBuffer(Math.max(8, rows * 8)), 0, rows);
  for (let i = 0; i < rows; i++) {
    // beyond this, sums of squares overflow
    if (!(Math.abs(y[i]) <= 1e140))
      throw new ChurnError("BAD_INPUT", `target ${y[i]} of row ${i} is not a number up to 1e140`);
    numbers[i] = y[i];
  }
  return { y: numbers, classes: 0 };
}
