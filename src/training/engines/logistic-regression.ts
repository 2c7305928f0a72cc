import { ChurnError } from "../../core/errors.js";
import { sigmoid } from "../../statistics/logit.js";

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

/** Steps until the curvature is measured anew. */
const FRESH = 20;

const MOST_STEPS = 600;

/** Part of the loss that rounding hides. */
const UNSEEN = 1e-13;

/** Steps that the direction remembers. */
const MEMORY = 8;

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
  const size = matrix.width + 1;
  let beta: Float64Array = new Float64Array(size);
  if (start) beta.set([start.intercept, ...start.weights]);
  let here = lossAt(matrix, target, beta, penalty);
  let curvature = await curvatureAt(matrix, beta, penalty);
  let pairs: Pair[] = [];
  let unseen = 0;
  for (let step = 1; step <= MOST_STEPS; step++) {
    if (step % FRESH === 0) {
      curvature = await curvatureAt(matrix, beta, penalty);
      pairs = [];
    }
    const direction = directionOf(here.gradient, pairs, curvature);
    const decrement = dot(direction, here.gradient);
    if (!(decrement > tolerance * matrix.rows)) return fitOf(beta);
    // below what the loss can show, the last steps go unseen
    const seen = decrement > UNSEEN * here.loss;
    if (!seen && ++unseen > 3) return fitOf(beta);
    const next = stepFrom(beta, here.loss, direction, seen ? decrement : -1, (at) =>
      lossAt(matrix, target, at, penalty),
    );
    // no shorter step lowers the loss: the rest is rounding, once the curvature is fresh
    if (next === null) {
      if (pairs.length === 0) return fitOf(beta);
      curvature = await curvatureAt(matrix, beta, penalty);
      pairs = [];
      continue;
    }
    pairs = [...pairs.slice(1 - MEMORY), pairOf(beta, here.gradient, next)].filter(({ sy }) => sy > 0);
    beta = next.beta;
    here = next;
  }
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

const fitOf = (beta: Float64Array): LogisticFit => ({ intercept: beta[0], weights: beta.slice(1) });

interface Point {
  loss: number;
  gradient: Float64Array;
}

/** Penalized loss and its gradient, in one pass over the rows. */
function lossAt(
  { rows, width, values }: RowMatrix,
  target: ArrayLike<number>,
  beta: Float64Array,
  penalty: number,
): Point {
  const gradient = new Float64Array(width + 1);
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * width;
    const x = beta[0] + rowDot(values, at, beta, 1, width);
    const e = Math.exp(-Math.abs(x));
    loss += Math.max(x, 0) + Math.log1p(e) - target[i] * x;
    const residual = (x >= 0 ? 1 / (1 + e) : e / (1 + e)) - target[i];
    gradient[0] += residual;
    for (let j = 0; j < width; j++) gradient[j + 1] += residual * values[at + j];
  }
  for (let j = 1; j <= width; j++) {
    loss += (penalty / 2) * beta[j] ** 2;
    gradient[j] += penalty * beta[j];
  }
  return { loss, gradient };
}

/** Rows from which the curvature is measured. */
const CURVATURE_ROWS = 4000;

/** Solves (Hessian of the loss) × x = y, with the Hessian of every k-th row, scaled up. */
async function curvatureAt({ rows, width, values }: RowMatrix, beta: Float64Array, penalty: number) {
  // loaded when it is needed: an import of the workbench should not wait for it
  const { CholeskyDecomposition, Matrix } = await import("ml-matrix");
  const every = Math.max(1, Math.floor(rows / CURVATURE_ROWS));
  const size = width + 1;
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const row = new Float64Array(size);
  row[0] = 1;
  for (let i = 0; i < rows; i += every) {
    row.set(values.subarray(i * width, (i + 1) * width), 1);
    const p = sigmoid(rowDot(row, 0, beta, 0, size));
    const weight = every * p * (1 - p);
    for (let j = 0; j < size; j++) {
      const scaled = weight * row[j];
      const line = hessian[j];
      if (scaled !== 0) for (let k = 0; k <= j; k++) line[k] += scaled * row[k];
    }
  }
  for (let j = 0; j < size; j++) {
    // a trifle keeps a column that the chosen rows do not have from being a division by zero
    hessian[j][j] += (j > 0 ? penalty : 0) + 1e-12 * rows;
    for (let k = 0; k < j; k++) hessian[k][j] = hessian[j][k];
  }
  const cholesky = new CholeskyDecomposition(new Matrix(hessian.map((line) => Array.from(line))));
  return (y: Float64Array) => Float64Array.from(cholesky.solve(Matrix.columnVector(y)).to1DArray());
}

/** A step and how the gradient changed over it. */
interface Pair {
  s: Float64Array;
  y: Float64Array;
  sy: number;
}

function pairOf(beta: Float64Array, gradient: Float64Array, next: Point & { beta: Float64Array }): Pair {
  const s = next.beta.map((b, j) => b - beta[j]);
  const y = next.gradient.map((g, j) => g - gradient[j]);
  return { s, y, sy: dot(s, y) };
}

/** The two loops of L-BFGS: the inverse of the curvature that the pairs have seen, times the gradient. */
function directionOf(gradient: Float64Array, pairs: readonly Pair[], solve: (y: Float64Array) => Float64Array) {
  const q = gradient.slice();
  const alpha = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, sy } = pairs[k];
    alpha[k] = dot(s, q) / sy;
    for (let j = 0; j < q.length; j++) q[j] -= alpha[k] * y[j];
  }
  const direction = solve(q);
  for (const [k, { s, y, sy }] of pairs.entries()) {
    const b = dot(y, direction) / sy;
    for (let j = 0; j < q.length; j++) direction[j] += (alpha[k] - b) * s[j];
  }
  return direction;
}

/** The first of the steps 1, ½, ¼ … that lowers the loss enough (Armijo), the first when it need not; null when none does. */
function stepFrom(
  beta: Float64Array,
  loss: number,
  direction: Float64Array,
  decrement: number,
  at: (beta: Float64Array) => Point,
): (Point & { beta: Float64Array }) | null {
  for (let length = 1; length > 1e-10; length /= 2) {
    const next = beta.map((b, j) => b - length * direction[j]);
    const point = at(next);
    if (decrement < 0 || point.loss <= loss - 1e-4 * length * decrement) return { ...point, beta: next };
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  return rowDot(a, 0, b, 0, a.length);
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
