import { ChurnError } from "../../core/errors.js";
import { allocateBinned, strideOf } from "../loops/binned-heap.js";
import type { BinnedMatrix, ColumnBins } from "../loops/binned-matrix.js";
import { MISSING } from "../loops/missing.js";
import type { SharedHeap } from "../loops/shared-heap.js";
import { type BinEncoder, BLOCK, openBinEncoder } from "./bin-encoder.js";
import { findEdges } from "./find-edges.js";
import { type CategoricalColumn, checkMatrix, type FeatureColumn, type Matrix } from "./matrix.js";

/**
 * Cuts each column into at most `maxBins` bins, once for any number of forests, folds and grid points.
 *
 * A cell costs one byte: 3,000,000 rows × 32 columns are 96 MB.
 *
 * @param x numbers (NaN = missing, ±Infinity allowed) or categories
 * @param maxBins 2 … 255
 * @param heap for one matrix after the other, each given back by `free` when its trees are grown; its own memory when left out
 * @param weights what each row weighs in the quantiles, a row of weight 0 not at all; 1 each when left out
 * @returns the codes, and the bins of each column
 * @throws ChurnError BAD_INPUT, BAD_OPTION
 * @example
 * ```ts
 * const binned = bin(x);
 * const forest = await fitForest({ binned, rows: train }, churned);
 * forest.predictProbability({ binned, rows: test });
 * ```
 */
export function bin(x: Matrix, maxBins = 255, heap?: SharedHeap, weights?: Float64Array): BinnedMatrix {
  const rows = checkMatrix(x);
  if (!Number.isInteger(maxBins) || maxBins < 2 || maxBins > 255) {
    throw new ChurnError("BAD_OPTION", `maxBins cannot be ${maxBins}`, {
      hint: "it takes a whole number from 2 to 255",
    });
  }
  if (x.columns.length > 65_535) {
    throw new ChurnError("BAD_INPUT", `matrix has ${x.columns.length} columns, trees take at most 65,535`);
  }
  const columns = x.columns.map((column): ColumnBins => {
    if (column instanceof Float64Array) {
      const edges = findEdges(column, maxBins, weights);
      return { count: edges.length + 1, edges };
    }
    const levels = keptLevels(column, maxBins, weights);
    return { count: Math.max(1, levels.length), edges: new Float64Array(0), levels };
  });
  const binned = allocateBinned(x.names, rows, columns, heap);
  encode(x, binned);
  return binned;
}

/** Codes a matrix by bins that are known, as those of a fitted forest; the columns are in the order of the bins. */
export function binWith(x: Matrix, columns: readonly ColumnBins[]): BinnedMatrix {
  const rows = checkMatrix(x);
  const stride = strideOf(columns.length);
  const binned = { names: x.names, rows, stride, codes: new Uint8Array(rows * stride), columns };
  encode(x, binned);
  return binned;
}

function encode(x: Matrix, { rows, stride, codes, columns }: BinnedMatrix): void {
  const block = columns.map((bins, j) => encoderOf(x.columns[j], bins, x.names[j]));
  const encoder = openBinEncoder(stride);
  for (let from = 0; from < rows; from += BLOCK) {
    const size = Math.min(rows - from, BLOCK);
    for (let j = 0; j < columns.length; j++) block[j](encoder, j, from, size);
    codes.set(encoder.codes.subarray(0, size * stride), from * stride);
  }
}

/** Gives a function that codes a block of a column. */
function encoderOf(column: FeatureColumn, bins: ColumnBins, name: string) {
  if (column instanceof Float64Array) {
    if (bins.levels) throw new ChurnError("BAD_INPUT", `column "${name}" holds numbers, the bins are of categories`);
    return (encoder: BinEncoder, j: number, from: number, size: number) =>
      encoder.numbers(column.subarray(from, from + size), bins.edges, j);
  }
  if (!bins.levels) throw new ChurnError("BAD_INPUT", `column "${name}" holds categories, the bins are of numbers`);
  const place = new Map(bins.levels.map((level, b) => [level, b]));
  const codeOf = Uint8Array.from(column.levels, (level) => place.get(level) ?? MISSING);
  return ({ codes, stride }: BinEncoder, j: number, from: number, size: number) => {
    for (let i = 0; i < size; i++) {
      const level = column.codes[from + i];
      codes[i * stride + j] = level >= 0 && level < codeOf.length ? codeOf[level] : MISSING;
    }
  };
}

/** Code of one value. */
export function binOf({ edges, levels }: ColumnBins, value: number | string | null): number {
  if (levels) {
    const level = levels.indexOf(value as string);
    return level < 0 ? MISSING : level;
  }
  if (typeof value !== "number" || Number.isNaN(value)) return MISSING;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All levels that occur, the most frequent first when they are more than there are bins; the others count as missing. */
function keptLevels({ levels, codes }: CategoricalColumn, maxBins: number, weights?: Float64Array): string[] {
  const counts = new Float64Array(levels.length);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) counts[codes[i]] += weights ? weights[i] : 1;
  const used = levels.map((_, k) => k).filter((k) => counts[k] > 0);
  if (used.length > maxBins) used.sort((a, b) => counts[b] - counts[a] || a - b).length = maxBins;
  return used.sort((a, b) => a - b).map((k) => levels[k]);
}
