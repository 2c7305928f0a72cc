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
    depth = stack.pop() ?? 0;
    right = stack.pop() ?? 0;
    left = stack.pop() ?? 0;
  }
}

// each loop is a function of its own: one that is compiled while it runs is compiled with all that stands around it

const less = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));

function swap(v: Float64Array, t: Int32Array, a: number, b: number): void {
  const index = t[a];
  t[a] = t[b];
  t[b] = index;
  const value = v[a];
  v[a] = v[b];
  v[b] = value;
}

/** The median of the first, middle and last of a run, which is put beside the last. */
function pivotOf(v: Float64Array, t: Int32Array, left: number, right: number): number {
  const middle = left + ((right - left) >> 1);
  if (less(v[middle], v[left])) swap(v, t, middle, left);
  if (less(v[right], v[middle])) swap(v, t, right, middle);
  if (less(v[middle], v[left])) swap(v, t, middle, left);
  const pivot = v[middle];
  swap(v, t, middle, right - 1);
  return pivot;
}

/** Parts a run by its pivot, and gives the place of that one. */
function partition(v: Float64Array, t: Int32Array, left: number, right: number, pivot: number): number {
  let i = left;
  let j = right - 1;
  for (;;) {
    do i++;
    while (less(v[i], pivot));
    do j--;
    while (less(pivot, v[j]));
    if (i >= j) return i;
    swap(v, t, i, j);
  }
}

function insert(v: Float64Array, t: Int32Array, left: number, right: number): void {
  for (let i = left + 1; i <= right; i++) {
    const index = t[i];
    const value = v[i];
    let j = i;
    while (j > left && less(value, v[j - 1])) {
      t[j] = t[j - 1];
      v[j] = v[j - 1];
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
      if (j < end && less(v[at + j], v[at + j + 1])) j++;
      if (!less(value, v[at + j])) break;
      v[at + i] = v[at + j];
      t[at + i] = t[at + j];
      i = j;
      j += j;
    }
    v[at + i] = value;
    t[at + i] = index;
  };
  for (let start = n >> 1; start > 0; start--) sift(start, n, v[at + start], t[at + start]);
  for (let end = n; end > 1; ) {
    const value = v[at + end];
    const index = t[at + end];
    v[at + end] = v[at + 1];
    t[at + end] = t[at + 1];
    end--;
    sift(1, end, value, index);
  }
}
