import { numpyRandomState, type RandomState } from "./numpy-random-state.js";

/**
 * The test rows of random splits that keep the shares of two classes, as scikit-learn's `StratifiedShuffleSplit(10,
 * test_size=0.1, random_state=42)` makes them; all other rows are for training.
 */
export function* stratifiedTests(labels: Float64Array, splits = 10, testShare = 0.1): Generator<Uint32Array> {
  const source = numpyRandomState(42);
  const n = labels.length;
  const testRows = Math.ceil(testShare * n);
  const classes = [0, 1].map((label) => Uint32Array.from(rowsOf(labels, label))).filter((rows) => rows.length > 0);
  const sizes = classes.map((rows) => rows.length);
  for (let split = 0; split < splits; split++) {
    const trainSizes = shares(sizes, n - testRows, source);
    const left = sizes.map((size, c) => size - trainSizes[c]);
    const testSizes = shares(left, testRows, source);
    const test = new Uint32Array(testRows);
    let inTest = 0;
    classes.forEach((rows, c) => {
      // what is not for training is for testing: the end of each order
      const order = source.permutation(rows.length, trainSizes[c]);
      for (let i = 0; i < testSizes[c]; i++) test[inTest++] = rows[order[i]];
    });
    // the training rows are shuffled too, which takes its numbers from the same source
    source.skipPermutation(n - testRows);
    yield shuffled(test, source);
  }
}

function rowsOf(labels: Float64Array, label: number): Uint32Array {
  const rows = new Uint32Array(labels.length);
  let n = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === label) rows[n++] = i;
  return rows.subarray(0, n);
}

function shuffled(rows: Uint32Array, source: RandomState): Uint32Array {
  const order = source.permutation(rows.length);
  for (let i = 0; i < order.length; i++) order[i] = rows[order[i]];
  return order;
}

/** Divides k draws over classes as likely as can be: whole parts first, then the greatest remainders, ties by lot. */
function shares(counts: readonly number[], k: number, source: RandomState): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count / total) * k);
  const floored = exact.map(Math.floor);
  let need = k - floored.reduce((sum, count) => sum + count, 0);
  if (need <= 0) return floored;
  const rest = exact.map((value, c) => value - floored[c]);
  for (const value of [...new Set(rest)].sort((a, b) => b - a)) {
    const tied = rest.flatMap((each, c) => (each === value ? [c] : []));
    const add = Math.min(tied.length, need);
    const order = source.permutation(tied.length);
    for (let i = 0; i < add; i++) {
      const c = tied[order[i]];
      floored[c] = floored[c] + 1;
    }
    need -= add;
    if (need === 0) break;
  }
  return floored;
}
