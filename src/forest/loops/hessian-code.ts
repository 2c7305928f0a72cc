/**
 * How rows are counted and hessians are added up in one float: a whole number, in which one row is `count` and a hessian is
 * a multiple of `unit`. Sums of both are exact, so that a leaf's rows are known where only sums of bins are.
 */
export interface HessianCode {
  count: number;
  unit: number;
}

/** Largest number up to which floats hold every whole number. */
const EXACT = 2 ** 53;

/**
 * The code for a number of rows whose hessians are at most `most`: as fine as the 53 bits of a float allow, 2⁻²⁰ of it for
 * 90,000 rows, 2⁻¹³ for a million.
 */
export function hessianCode(rows: number, most: number): HessianCode {
  const rowBits = Math.ceil(Math.log2(rows + 1));
  const levels = 2 ** Math.max(2, Math.min(24, 53 - 2 * rowBits - 1));
  const count = 2 ** Math.ceil(Math.log2(rows * levels + 1));
  if (rows * (count + levels) > EXACT) throw new RangeError(`${rows} rows are too many for one sum`);
  return { count, unit: most / levels };
}

/**
 * What gradients are rounded by: added and taken away again, it leaves a multiple of a power of two. Sums of so many rows are
 * exact then, in whatever order they are added and subtracted, and twice a row is what two rows are.
 *
 * @param most about the largest gradient
 */
export function gradientRounding(rows: number, most: number): number {
  return 1.5 * 2 ** Math.ceil(Math.log2(rows * Math.max(most, Number.MIN_VALUE)) + 1);
}

/** One row; a hessian that is not 0 stays above 0. */
export function encodeHessian(hessian: number, { count, unit }: HessianCode): number {
  return count + Math.max(1, Math.round(hessian / unit));
}
