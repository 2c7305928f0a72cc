import { ChurnError } from "../../core/errors.js";
import { sigmoid } from "../../statistics/logit.js";
import { minimize, type PointOf } from "../../statistics/minimize.js";

/** A fitted logistic regression: P(1) = 1 / (1 + exp(−intercept − Σ weight × column)). */
export interface LogisticFit {
  intercept: number;
  weights: Float64Array;
}

/** A table of finite numbers, row after row. */
export interface RowMatrix {
  rows: number;
  width: number;
  values: Float64Array;
}

export interface LogisticOptions {
  /** Half the sum of squared weights is multiplied by it (1 / C of scikit-learn); the intercept is free. */
  penalty?: number;
  /** Where to begin: a fit of the same columns. */
  start?: LogisticFit | undefined;
  /** It ends when the loss is within about this much of the least, nats a row. */
  tolerance?: number;
}

/**
 * Fits a logistic regression by limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.4) whose first guess of the curvature
 * is that of Newton's method on some of the rows, measured anew where it has grown old: about ten passes over the rows where
 * Newton's method would form a matrix of all columns a step. The loss is convex, so the answer is the one.
 *
 * @param target in [0, 1] a row
 * @throws ChurnError NO_DATA when it does not converge
 */
export async function fitLogistic(
  matrix: RowMatrix,
  target: ArrayLike<number>,
  { penalty = 1, start, tolerance = 1e-18 }: LogisticOptions = {},
): Promise<LogisticFit> {
  // loaded when it is needed: an import of the workbench should not wait for it
  const { CholeskyDecomposition, Matrix } = await import("ml-matrix");
  const first = new Float64Array(matrix.width + 1);
  if (start) first.set([start.intercept, ...start.weights]);
  const beta = minimize((at) => lossAt(matrix, target, at, penalty), first, {
    tolerance: tolerance * matrix.rows,
    curvature: (at) => {
      const cholesky = new CholeskyDecomposition(new Matrix(hessianAt(matrix, at, penalty)));
      return (y) => Float64Array.from(cholesky.solve(Matrix.columnVector(y)).to1DArray());
    },
  });
  if (beta) return { intercept: beta[0], weights: beta.slice(1) };
  throw new ChurnError(
    "NO_DATA",
    `logistic regression of ${matrix.width} columns and ${matrix.rows} rows did not converge`,
  );
}

/** Log-odds of the rows by a fitted logistic regression. */
export function linearPredictor({ intercept, weights }: LogisticFit, { rows, width, values }: RowMatrix): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) out[i] = intercept + rowDot(values, i * width, weights, 0, width);
  return out;
}

/** Columns as rows: what the fit takes. */
export function rowMatrix(columns: readonly ArrayLike<number>[], rows: number): RowMatrix {
  const width = columns.length;
  const values = new Float64Array(rows * width);
  for (const [j, column] of columns.entries()) {
    for (let i = 0; i < rows; i++) values[i * width + j] = column[i];
  }
  return { rows, width, values };
}

/** Rows that are worked on together: their sums do not wait for each other, and a column's sum is written once for all. */
const TOGETHER = 4;

/** Penalized loss and its gradient, in one pass over the rows. */
function lossAt(
  { rows, width, values }: RowMatrix,
  target: ArrayLike<number>,
  beta: Float64Array,
  penalty: number,
): PointOf {
  const gradient = new Float64Array(width + 1);
  const residual = new Float64Array(TOGETHER);
  let loss = 0;
  for (let i = 0; i < rows; i += TOGETHER) {
    const size = Math.min(TOGETHER, rows - i);
    for (let k = 0; k < size; k++) {
      const x = beta[0] + rowDot(values, (i + k) * width, beta, 1, width);
      const e = Math.exp(-Math.abs(x));
      const y = target[i + k];
      loss += Math.max(x, 0) + Math.log1p(e) - y * x;
      residual[k] = (x >= 0 ? 1 / (1 + e) : e / (1 + e)) - y;
      gradient[0] += residual[k];
    }
    addRows(gradient, { values, from: i * width, width, factor: residual, size }, width);
  }
  for (let j = 1; j <= width; j++) {
    loss += (penalty / 2) * beta[j] ** 2;
    gradient[j] += penalty * beta[j];
  }
  return { value: loss, gradient };
}

/** Some neighbouring rows of a matrix, and a factor for each. */
interface Group {
  values: Float64Array;
  /** Place of the first. */
  from: number;
  width: number;
  factor: Float64Array;
  size: number;
}

/** Adds the rows of a group times their factors to the sums of the first columns; sums[0] is that of the intercept. */
function addRows(sums: Float64Array, { values, from, width, factor, size }: Group, columns: number): void {
  if (size < TOGETHER) {
    for (let k = 0; k < size; k++) {
      const f = factor[k];
      for (let j = 0; j < columns; j++) sums[j + 1] += f * values[from + k * width + j];
    }
    return;
  }
  const [f0, f1, f2, f3] = factor;
  for (let j = 0, at = from; j < columns; j++, at++) {
    sums[j + 1] +=
      f0 * values[at] + f1 * values[at + width] + f2 * values[at + 2 * width] + f3 * values[at + 3 * width];
  }
}

/** Rows from which the curvature is measured. */
const CURVATURE_ROWS = 3000;

/** The Hessian of the loss from every k-th group of rows, scaled up. */
function hessianAt({ rows, width, values }: RowMatrix, beta: Float64Array, penalty: number): number[][] {
  const every = TOGETHER * Math.max(1, Math.floor(rows / CURVATURE_ROWS));
  const size = width + 1;
  const lines = Array.from({ length: size }, () => new Float64Array(size));
  const weight = new Float64Array(TOGETHER);
  const factor = new Float64Array(TOGETHER);
  let seen = 0;
  for (let i = 0; i < rows; i += every) {
    const some = Math.min(TOGETHER, rows - i);
    seen += some;
    for (let k = 0; k < some; k++) {
      const p = sigmoid(beta[0] + rowDot(values, (i + k) * width, beta, 1, width));
      weight[k] = p * (1 - p);
      lines[0][0] += weight[k];
    }
    for (let j = 1; j < size; j++) {
      const line = lines[j];
      for (let k = 0; k < some; k++) {
        factor[k] = weight[k] * values[(i + k) * width + j - 1];
        line[0] += factor[k];
      }
      addRows(line, { values, from: i * width, width, factor, size: some }, j);
    }
  }
  const scale = rows / seen;
  return lines.map((line, j) =>
    Array.from(line, (_, k) => {
      const value = scale * (k <= j ? line[k] : lines[k][j]);
      // a trifle keeps a column that the chosen rows do not have from being a division by zero
      return j === k ? value + (j > 0 ? penalty : 0) + 1e-12 * rows : value;
    }),
  );
}

/** Sum of products, in four sums that do not wait for each other. */
function rowDot(a: Float64Array, from: number, b: Float64Array, start: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = length - (length % 4);
  for (let j = 0; j < whole; j += 4) {
    s0 += a[from + j] * b[start + j];
    s1 += a[from + j + 1] * b[start + j + 1];
    s2 += a[from + j + 2] * b[start + j + 2];
    s3 += a[from + j + 3] * b[start + j + 3];
  }
  for (let j = whole; j < length; j++) s0 += a[from + j] * b[start + j];
  return s0 + s1 + s2 + s3;
}
