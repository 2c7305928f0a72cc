import type { ColumnShape } from "../loops/binned-matrix.js";
import type { Workspace } from "../loops/workspace.js";
import type { CategoryRates } from "./category-rates.js";
import { type ColumnScan, scanColumn, sortCodes } from "./scan-order.js";
import type { Splitter } from "./splitter.js";

/** Settings of a finder for a number. */
export interface MeanSettings {
  minSamplesLeaf: number;
  /** Weight by row of the matrix, when rows are weighed. */
  sampleWeight: Float64Array | undefined;
}

/**
 * Finds the splits that lower the variance of a number most; the sums of a node are drawn rows, weight, weight × value and
 * weight × value².
 */
export function meanSplitter(
  space: Workspace,
  columns: readonly ColumnShape[],
  y: Float64Array,
  { minSamplesLeaf, sampleWeight }: MeanSettings,
  rates: CategoryRates,
): Splitter {
  const { bytes, entries, stride } = space;
  const width = 4;
  const bins = new Float64Array(256 * width);
  const order = new Int32Array(256);
  const total = new Float64Array(width);
  const left = new Float64Array(width);
  // values are taken from their mean, so that squares do not lose what they are to tell
  let center = 0;

  const variance = (sums: Float64Array, at: number) => sums[at + 3] - (sums[at + 2] * sums[at + 2]) / sums[at + 1];
  const scan: ColumnScan = {
    // sums are of distances from the mean of the tree
    rate: (code, column) => {
      const weight = bins[code * width + 1];
      return rates.smooth(column, code, bins[code * width + 2] + center * weight, weight);
    },
    reset: () => left.fill(0),
    take(code) {
      for (let k = 0; k < width; k++) left[k] += bins[code * width + k];
    },
    impurity() {
      if (left[0] < minSamplesLeaf || total[0] - left[0] < minSamplesLeaf) return undefined;
      const weight = total[1] - left[1];
      const sum = total[2] - left[2];
      return total[3] - (left[2] * left[2]) / left[1] - (sum * sum) / weight;
    },
    leftSums: (sums) => sums.set(left),
    mostLeft: () => 2 * left[0] >= total[0],
  };

  const add = (to: Float64Array, at: number, entry: number) => {
    const row = entry >>> 8;
    const drawn = entry & 255;
    const weight = drawn * (sampleWeight ? sampleWeight[row] : 1);
    const value = y[row] - center;
    to[at] += drawn;
    to[at + 1] += weight;
    to[at + 2] += weight * value;
    to[at + 3] += weight * value * value;
  };

  return {
    width,
    outputs: 1,
    local: false,
    shift: 0,
    markOf: () => 0,
    begin(size, sums) {
      center = 0;
      sums.fill(0, 0, width);
      for (let i = 0; i < size; i++) add(sums, 0, entries[i]);
      center = sums[2] / sums[1];
      sums.fill(0, 0, width);
      for (let i = 0; i < size; i++) add(sums, 0, entries[i]);
    },
    impurity: variance,
    isPure: (sums, at) => variance(sums, at) <= 1e-12 * sums[at + 3] + 1e-24 * center * center * sums[at + 1],
    find({ codesAt, from, to }, sums, at, drawn, first, last, best) {
      total.set(sums.subarray(at, at + width));
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
    cover: (sums, at) => sums[at + 1],
    value(sums, at, values, valueAt) {
      values[valueAt] = center + sums[at + 2] / sums[at + 1];
    },
  };
}
