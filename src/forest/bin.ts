import { ChurnError } from "../core/errors.js";
import { onHeap, strideOf } from "./binned-heap.js";
import { findEdges } from "./find-edges.js";
import { checkMatrix, type FeatureColumn, type Matrix } from "./matrix.js";

/** How one column is cut into bins. */
export interface ColumnBins {
  /** Number of bins of values: 0 … count − 1; a missing value has the code `count`. */
  count: number;
  /** Upper edges of the bins of a numeric column, count − 1 of them; empty for categories. */
  edges: Float64Array;
  /** The level of each bin of a categorical column. */
  levels?: readonly string[];
}

/** What growing a tree needs to know of a column. */
export interface ColumnShape {
  /** Number of bins of values; a missing value has the code `count`. */
  count: number;
  categorical: boolean;
}

/** A matrix as bytes, one code a cell, row after row, in memory that threads share. */
export interface BinnedMatrix {
  names: readonly string[];
  rows: number;
  /** Bytes from one row to the next: the number of columns, rounded up to a multiple of 8. */
  stride: number;
  /** rows × stride codes. */
  codes: Uint8Array;
  columns: readonly ColumnBins[];
}

/** Rows that are coded together: their codes stay in the second-level cache while column after column is written. */
const BLOCK = 4096;

/**
 * Cuts each column into at most `maxBins` bins, once for any number of forests, folds and grid points.
 *
 * A cell costs one byte: 3,000,000 rows × 32 columns are 96 MB.
 *
 * @param x numbers (NaN = missing, ±Infinity allowed) or categories
 * @param maxBins 2 … 255
 * @throws ChurnError BAD_INPUT, BAD_OPTION
 */
export function bin(x: Matrix, maxBins = 255): BinnedMatrix {
  const rows = checkMatrix(x);
  if (!Number.isInteger(maxBins) || maxBins < 2 || maxBins > 255) {
    throw new ChurnError("BAD_OPTION", `maxBins cannot be ${maxBins}`, {
      hint: "it takes a whole number from 2 to 255",
    });
  }
  const columns = x.columns.map((column): ColumnBins => {
    if (column instanceof Float64Array) {
      const edges = findEdges(column, maxBins);
      return { count: edges.length + 1, edges };
    }
    const levels = keptLevels(column.levels, column.codes, maxBins);
    return { count: Math.max(1, levels.length), edges: new Float64Array(0), levels };
  });
  const binned = onHeap(x.names, rows, columns);
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
  const code = columns.map((bins, j) => coder(x.columns[j]!, bins, x.names[j]!));
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(rows, from + BLOCK);
    for (let j = 0; j < columns.length; j++) code[j]!(codes, stride, j, from, to);
  }
}

type Coder = (codes: Uint8Array, stride: number, j: number, from: number, to: number) => void;

function coder(column: FeatureColumn, bins: ColumnBins, name: string): Coder {
  if (column instanceof Float64Array) {
    if (bins.levels) throw new ChurnError("BAD_INPUT", `column "${name}" holds numbers, the bins are of categories`);
    return (codes, stride, j, from, to) => codeNumbers(column, bins.edges, codes, stride, j, from, to);
  }
  if (!bins.levels) throw new ChurnError("BAD_INPUT", `column "${name}" holds categories, the bins are of numbers`);
  const place = new Map(bins.levels.map((level, b) => [level, b]));
  const codeOf = column.levels.map((level) => place.get(level) ?? bins.count);
  return (codes, stride, j, from, to) => {
    for (let i = from; i < to; i++) codes[i * stride + j] = codeOf[column.codes[i]!] ?? bins.count;
  };
}

function codeNumbers(
  values: Float64Array,
  edges: Float64Array,
  codes: Uint8Array,
  stride: number,
  j: number,
  from: number,
  to: number,
): void {
  const size = edges.length;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    let low = 0;
    let length = size;
    while (length > 0) {
      const half = length >> 1;
      if (edges[low + half]! < value) {
        low += half + 1;
        length -= half + 1;
      } else length = half;
    }
    codes[i * stride + j] = Number.isNaN(value) ? size + 1 : low;
  }
}

/** All levels that occur, the most frequent first when they are more than there are bins; the others count as missing. */
function keptLevels(levels: readonly string[], codes: Int32Array, maxBins: number): string[] {
  const counts = new Float64Array(levels.length);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) counts[codes[i]!]!++;
  const used = levels.map((_, k) => k).filter((k) => counts[k]! > 0);
  if (used.length > maxBins) used.sort((a, b) => counts[b]! - counts[a]! || a - b).length = maxBins;
  return used.sort((a, b) => a - b).map((k) => levels[k]!);
}
