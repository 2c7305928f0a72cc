/**
 * The order of `values` as numpy's default argsort gives it: introsort, not stable, NaN last.
 *
 * Where scores tie, NannyML's sampling error of ROC AUC and its calibration check depend on the order inside the tie, so
 * the same numbers need the same algorithm (numpy 1.26, scalar path).
 *
 * @param enough whether the places `left` … `right` may stay as they are, once they hold what belongs there
 */
export function numpyArgsort(values: Float64Array, enough?: (left: number, right: number) => boolean): Int32Array {
  const n = values.length;
  const t = new Int32Array(n);
  for (let i = 0; i < n; i++) t[i] = i;
  // the values move with their indices: compares then read memory in order
  const v = Float64Array.from(values);
  const stack: number[] = [];
  let left = 0;
  let right = n - 1;
  let depth = 2 * Math.floor(Math.log2(Math.max(n, 1)));
  for (;;) {
    if (depth < 0) heapsort(v, t, left, right);
    else {
      while (right - left > 15) {
        if (enough?.(left, right)) {
          left = right;
          break;
        }
        const middle = partition(v, t, left, right, pivotOf(v, t, left, right));
        swap(v, t, middle, right - 1);
        depth--;
        if (middle - left < right - middle) {
          stack.push(middle + 1, right, depth);
          right = middle - 1;
        } else {
          stack.push(left, middle - 1, depth);
          left = middle + 1;
        }
      }
      insert(v, t, left, right);
    }
    if (stack.length === 0) return t;
    depth = stack.pop() as number;
    right = stack.pop() as number;
    left = stack.pop() as number;
  }
}

// each loop is a function of its own: one that is compiled while it runs is compiled with all that stands around it

const less = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));

function swap(v: Float64Array, t: Int32Array, a: number, b: number): void {
  const index = t[a] as number;
  t[a] = t[b] as number;
  t[b] = index;
  const value = v[a] as number;
  v[a] = v[b] as number;
  v[b] = value;
}

/** The median of the first, middle and last of a run, which is put beside the last. */
function pivotOf(v: Float64Array, t: Int32Array, left: number, right: number): number {
  const middle = left + ((right - left) >> 1);
  if (less(v[middle] as number, v[left] as number)) swap(v, t, middle, left);
  if (less(v[right] as number, v[middle] as number)) swap(v, t, right, middle);
  if (less(v[middle] as number, v[left] as number)) swap(v, t, middle, left);
  const pivot = v[middle] as number;
  swap(v, t, middle, right - 1);
  return pivot;
}

/** Parts a run by its pivot, and gives the place of that one. */
function partition(v: Float64Array, t: Int32Array, left: number, right: number, pivot: number): number {
  let i = left;
  let j = right - 1;
  for (;;) {
    do i++;
    while (less(v[i] as number, pivot));
    do j--;
    while (less(pivot, v[j] as number));
    if (i >= j) return i;
    swap(v, t, i, j);
  }
}

function insert(v: Float64Array, t: Int32Array, left: number, right: number): void {
  for (let i = left + 1; i <= right; i++) {
    const index = t[i] as number;
    const value = v[i] as number;
    let j = i;
    while (j > left && less(value, v[j - 1] as number)) {
      t[j] = t[j - 1] as number;
      v[j] = v[j - 1] as number;
      j--;
    }
    t[j] = index;
    v[j] = value;
  }
}

function heapsort(v: Float64Array, t: Int32Array, left: number, right: number): void {
  const n = right - left + 1;
  const at = left - 1;
  const sift = (start: number, end: number, value: number, index: number) => {
    let i = start;
    let j = start * 2;
    while (j <= end) {
      if (j < end && less(v[at + j] as number, v[at + j + 1] as number)) j++;
      if (!less(value, v[at + j] as number)) break;
      v[at + i] = v[at + j] as number;
      t[at + i] = t[at + j] as number;
      i = j;
      j += j;
    }
    v[at + i] = value;
    t[at + i] = index;
  };
  for (let start = n >> 1; start > 0; start--) sift(start, n, v[at + start] as number, t[at + start] as number);
  for (let end = n; end > 1; ) {
    const value = v[at + end] as number;
    const index = t[at + end] as number;
    v[at + end] = v[at + 1] as number;
    t[at + end] = t[at + 1] as number;
    end--;
    sift(1, end, value, index);
  }
}
