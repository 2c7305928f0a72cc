/**
 * The median: the middle value, or the mean of the two middle ones (as numpy's `median`).
 *
 * @param values without NaN
 * @returns null of no value
 * @example
 * median([3, 1, 2, 10]); // 2.5
 */
export function median(values: ArrayLike<number>): number | null {
  return medianInPlace(Float64Array.from(values));
}

/** The same of values that may be moved about: no copy (Hoare's selection with Floyd and Rivest's sampling, 1975). */
export function medianInPlace(values: Float64Array): number | null {
  const n = values.length;
  if (n === 0) return null;
  const middle = n >> 1;
  select(values, middle, 0, n - 1);
  const upper = values[middle];
  return n % 2 ? upper : (greatest(values, middle) + upper) / 2;
}

/** The greatest of the first `n` values. */
function greatest(values: Float64Array, n: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) if (values[i] > most) most = values[i];
  return most;
}

function select(a: Float64Array, k: number, from: number, to: number): void {
  let left = from;
  let right = to;
  while (right > left) {
    if (right - left > 600) {
      const n = right - left + 1;
      const m = k - left + 1;
      const z = Math.log(n);
      const s = 0.5 * Math.exp((2 * z) / 3);
      const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * (m < n / 2 ? -1 : 1);
      select(
        a,
        k,
        Math.max(left, Math.floor(k - (m * s) / n + sd)),
        Math.min(right, Math.floor(k + ((n - m) * s) / n + sd)),
      );
    }
    const t = a[k];
    let i = left;
    let j = right;
    swap(a, left, k);
    if (a[right] > t) swap(a, right, left);
    while (i < j) {
      swap(a, i, j);
      i++;
      j--;
      while (a[i] < t) i++;
      while (a[j] > t) j--;
    }
    if (a[left] === t) swap(a, left, j);
    else {
      j++;
      swap(a, j, right);
    }
    if (j <= k) left = j + 1;
    if (k <= j) right = j - 1;
  }
}

function swap(a: Float64Array, i: number, j: number): void {
  const value = a[i];
  a[i] = a[j];
  a[j] = value;
}
