/** Eigenvalues of a symmetric matrix, greatest first, and the unit vector of each, one a row. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and vectors by cyclic Jacobi rotations (Golub and Van Loan 2013, 8.5).
 *
 * @param matrix d · d numbers, row after row; only a symmetric one makes sense
 * @param d rows of the matrix
 * @example
 * symmetricEigen(Float64Array.of(2, 1, 1, 2), 2).values; // 3, 1
 */
export function symmetricEigen(matrix: Float64Array, d: number): SymmetricEigen {
  const a = matrix.slice();
  // rows turn instead of columns: they are contiguous
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  for (let sweep = 0; sweep < 50; sweep++) {
    let turned = false;
    for (let p = 0; p < d - 1; p++) for (let q = p + 1; q < d; q++) if (rotate(a, v, d, p, q)) turned = true;
    if (!turned) break;
  }
  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => a[j * d + j] - a[i * d + i]);
  const vectors = new Float64Array(d * d);
  order.forEach((row, i) => {
    vectors.set(v.subarray(row * d, (row + 1) * d), i * d);
  });
  return { values: Float64Array.from(order, (i) => a[i * d + i]), vectors };
}

/** Makes the element p, q zero; false where it is so small that nothing would change. */
function rotate(a: Float64Array, v: Float64Array, d: number, p: number, q: number): boolean {
  const pp = a[p * d + p];
  const qq = a[q * d + q];
  const pq = a[p * d + q];
  if (Math.abs(pq) <= Number.EPSILON * 1e-3 * Math.sqrt(Math.abs(pp * qq))) return false;
  const theta = (qq - pp) / (2 * pq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < d; k++) {
    if (k !== p && k !== q) {
      const kp = a[p * d + k];
      const kq = a[q * d + k];
      a[p * d + k] = a[k * d + p] = c * kp - s * kq;
      a[q * d + k] = a[k * d + q] = s * kp + c * kq;
    }
    const vp = v[p * d + k];
    const vq = v[q * d + k];
    v[p * d + k] = c * vp - s * vq;
    v[q * d + k] = s * vp + c * vq;
  }
  a[p * d + p] = pp - t * pq;
  a[q * d + q] = qq + t * pq;
  a[p * d + q] = a[q * d + p] = 0;
  return true;
}
