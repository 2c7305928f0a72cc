import { ChurnError } from "../../core/errors.js";
import { sigmoid } from "../../statistics/logit.js";

/** A fitted logistic regression: P(1) = 1 / (1 + exp(−intercept − Σ weight × column)). */
export interface LogisticFit {
  intercept: number;
  weights: Float64Array;
}

/**
 * Fits a logistic regression by Newton's method with step halving; the log-likelihood is concave, so the answer is the one.
 *
 * @param columns finite numbers, one array a column
 * @param target in [0, 1] a row
 * @param penalty half the sum of squared weights is multiplied by it (1 / C of scikit-learn); the intercept is free
 * @throws ChurnError NO_DATA when it does not converge within 100 steps
 */
export async function fitLogistic(
  columns: readonly Float64Array[],
  target: ArrayLike<number>,
  penalty = 1,
): Promise<LogisticFit> {
  // loaded when it is needed: an import of the workbench should not wait for it
  const { CholeskyDecomposition, Matrix } = await import("ml-matrix");
  const rows = target.length;
  const size = columns.length + 1;
  let beta: Float64Array = new Float64Array(size);
  let linear: Float64Array = new Float64Array(rows);
  let loss = objective(linear, target, beta, penalty);
  for (let step = 0; step < 100; step++) {
    const { gradient, hessian } = derivatives(columns, linear, target, beta, penalty);
    const direction = new CholeskyDecomposition(new Matrix(hessian)).solve(Matrix.columnVector(gradient)).to1DArray();
    const decrement = direction.reduce((sum, d, j) => sum + d * gradient[j], 0);
    if (!(decrement > 1e-14 * rows)) return { intercept: beta[0], weights: beta.slice(1) };
    for (let length = 1; ; length /= 2) {
      const next = beta.map((b, j) => b - length * direction[j]);
      const nextLinear = predictor(columns, next, rows);
      const nextLoss = objective(nextLinear, target, next, penalty);
      if (nextLoss <= loss || length < 1e-10) {
        // no shorter step lowers the loss: the rest is rounding
        if (length < 1e-10) return { intercept: beta[0], weights: beta.slice(1) };
        [beta, linear, loss] = [next, nextLinear, nextLoss];
        break;
      }
    }
  }
  throw new ChurnError("NO_DATA", `logistic regression of ${columns.length} columns and ${rows} rows did not converge`);
}

/** Probabilities of a fitted logistic regression. */
export function predictLogistic({ intercept, weights }: LogisticFit, columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0]?.length ?? 0;
  return predictor(columns, Float64Array.of(intercept, ...weights), rows).map(sigmoid);
}

function predictor(columns: readonly Float64Array[], beta: Float64Array, rows: number): Float64Array {
  const linear = new Float64Array(rows).fill(beta[0]);
  for (const [j, column] of columns.entries()) {
    const b = beta[j + 1];
    for (let i = 0; i < rows; i++) linear[i] += b * column[i];
  }
  return linear;
}

function objective(linear: Float64Array, target: ArrayLike<number>, beta: Float64Array, penalty: number): number {
  let sum = 0;
  for (let i = 0; i < linear.length; i++) {
    const x = linear[i];
    sum += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - target[i] * x;
  }
  for (let j = 1; j < beta.length; j++) sum += (penalty / 2) * beta[j] ** 2;
  return sum;
}

function derivatives(
  columns: readonly Float64Array[],
  linear: Float64Array,
  target: ArrayLike<number>,
  beta: Float64Array,
  penalty: number,
) {
  const rows = linear.length;
  const size = beta.length;
  const residual = new Float64Array(rows);
  const curvature = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const p = sigmoid(linear[i]);
    residual[i] = p - target[i];
    curvature[i] = p * (1 - p);
  }
  const gradient = new Float64Array(size);
  const hessian = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const ones = new Float64Array(rows).fill(1);
  const weighted = new Float64Array(rows);
  for (let j = 0; j < size; j++) {
    const a = j === 0 ? ones : columns[j - 1];
    let g = j === 0 ? 0 : penalty * beta[j];
    for (let i = 0; i < rows; i++) {
      g += residual[i] * a[i];
      weighted[i] = curvature[i] * a[i];
    }
    gradient[j] = g;
    for (let k = 0; k <= j; k++) {
      const b = k === 0 ? ones : columns[k - 1];
      const h = dot(weighted, b) + (j === k && j > 0 ? penalty : 0);
      hessian[j][k] = h;
      hessian[k][j] = h;
    }
  }
  return { gradient, hessian };
}

/** Sum of products, in four sums that do not wait for each other. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (let i = whole; i < a.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + s2 + s3;
}
