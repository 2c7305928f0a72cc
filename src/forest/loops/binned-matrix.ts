/** How one column is cut into bins. */
export interface ColumnBins {
  /** Number of bins of values, with codes 0 … count − 1; a missing value has the code 255. */
  count: number;
  /** Upper edges of the bins of a numeric column, count − 1 of them; empty for categories. */
  edges: Float64Array;
  /** The level of each bin of a categorical column. */
  levels?: readonly string[];
}

/** What growing a tree needs to know of a column. */
export interface ColumnShape {
  /** Number of bins of values. */
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
