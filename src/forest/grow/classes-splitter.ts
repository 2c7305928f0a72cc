import type { ColumnShape } from "../loops/binned-matrix.js";
import type { Workspace } from "../loops/workspace.js";
import type { CategoryRates } from "./category-rates.js";
import { type ColumnScan, scanColumn, sortCodes } from "./scan-order.js";
import type { Splitter } from "./splitter.js";

/** Settings of a finder for any number of classes and any weights. */
export interface ClassesSettings {
  classes: number;
  criterion: "gini" | "entropy";
  minSamplesLeaf: number;
  /** Weight by row of the matrix, when rows are weighed. */
  sampleWeight: Float64Array | undefined;
  /** Weight of each class, by the number of drawn rows of each. */
  classWeight: (drawn: ArrayLike<number>) => ArrayLike<number>;
}

/** Finds splits for any number of classes and any weights; the sums of a node are the drawn rows, then a weight a class. */
export function classesSplitter(
  space: Workspace,
  columns: readonly ColumnShape[],
  y: Uint8Array,
  settings: ClassesSettings,
  rates: CategoryRates,
): Splitter {
  const { bytes, entries, stride } = space;
  const { classes, sampleWeight, minSamplesLeaf } = settings;
  const width = classes + 1;
  const gini = settings.criterion === "gini";
  const bins = new Float64Array(256 * width);
  const order = new Int32Array(256);
  const total = new Float64Array(width);
  const left = new Float64Array(width);
  let perClass: ArrayLike<number> = new Float64Array(classes).fill(1);
  let leading = 1;

  /** Impurity times weight of the node whose sums are `a`, or `a` less `b`. */
  function impurityOf(a: Float64Array, at: number, b?: Float64Array): number {
    let sum = 0;
    let measure = 0;
    for (let k = 1; k < width; k++) {
      const weight = b ? Math.max(0, a[at + k] - b[k]) : a[at + k];
      sum += weight;
      measure += gini ? weight * weight : weight > 0 ? weight * Math.log2(weight) : 0;
    }
    if (sum === 0) return 0;
    return gini ? sum - measure / sum : sum * Math.log2(sum) - measure;
  }

  const scan: ColumnScan = {
    // with more than two classes the order is that of the most frequent one: a good subset, not always the best
    rate: (code, column) => {
      let sum = 0;
      for (let k = 1; k < width; k++) sum += bins[code * width + k];
      // of two classes the rates are those of the second one
      return rates.smooth(column, code, bins[code * width + leading], sum, classes > 2 ? leading - 1 : 0);
    },
    reset: () => left.fill(0),
    take(code) {
      for (let k = 0; k < width; k++) left[k] += bins[code * width + k];
    },
    impurity() {
      if (left[0] < minSamplesLeaf || total[0] - left[0] < minSamplesLeaf) return undefined;
      return impurityOf(left, 0) + impurityOf(total, 0, left);
    },
    leftSums: (sums) => sums.set(left),
    mostLeft: () => 2 * left[0] >= total[0],
  };

  const add = (to: Float64Array, at: number, entry: number) => {
    const row = entry >>> 8;
    const drawn = entry & 255;
    const label = y[row];
    to[at] += drawn;
    to[at + 1 + label] += drawn * (sampleWeight ? sampleWeight[row] : 1) * perClass[label];
  };

  return {
    width,
    outputs: classes === 2 ? 1 : classes,
    local: false,
    shift: 0,
    markOf: () => 0,
    begin(size, sums) {
      const drawn = new Float64Array(classes);
      for (let i = 0; i < size; i++) drawn[y[entries[i] >>> 8]] += entries[i] & 255;
      perClass = settings.classWeight(drawn);
      sums.fill(0, 0, width);
      for (let i = 0; i < size; i++) add(sums, 0, entries[i]);
    },
    impurity: (sums, at) => impurityOf(sums, at),
    isPure(sums, at) {
      let sum = 0;
      let most = 0;
      for (let k = 1; k < width; k++) {
        sum += sums[at + k];
        most = Math.max(most, sums[at + k]);
      }
      // sums of weights that were subtracted keep a trace of rounding
      return sum - most <= 1e-12 * sum;
    },
    find({ codesAt, from, to }, sums, at, drawn, first, last, best) {
      total.set(sums.subarray(at, at + width));
      leading = 1;
      for (let k = 2; k < width; k++) if (total[k] > total[leading]) leading = k;
      if (classes === 2) leading = 2;
      for (let i = first; i < last; i++) {
        const column = drawn[i];
        const shape = columns[column];
        let size = 0;
        for (let e = from; e < to; e++) {
          const entry = entries[e];
          const code = bytes[codesAt + (entry >>> 8) * stride + column];
          if (bins[code * width] === 0) order[size++] = code;
          add(bins, code * width, entry);
        }
        sortCodes(order, size);
        scanColumn(scan, column, shape, order, size, best);
        for (let k = 0; k < size; k++) bins.fill(0, order[k] * width, (order[k] + 1) * width);
      }
    },
    cover(sums, at) {
      let sum = 0;
      for (let k = 1; k < width; k++) sum += Math.max(0, sums[at + k]);
      return sum;
    },
    value(sums, at, values, valueAt) {
      let sum = 0;
      for (let k = 1; k < width; k++) sum += Math.max(0, sums[at + k]);
      if (classes === 2) values[valueAt] = Math.max(0, sums[at + 2]) / sum;
      else for (let k = 1; k < width; k++) values[valueAt + k - 1] = Math.max(0, sums[at + k]) / sum;
    },
  };
}
