import { ChurnError } from "../../core/errors.js";

/** A column of texts: a code a row into `levels`, −1 for a missing value. */
export interface CategoricalColumn {
  levels: readonly string[];
  codes: Int32Array;
}

/** A column of a matrix: numbers, NaN for a missing value; or categories. */
export type FeatureColumn = Float64Array | CategoricalColumn;

/** A table of features by column; all columns have the same length. */
export interface Matrix {
  names: readonly string[];
  columns: readonly FeatureColumn[];
}

/** Length of one column. */
export function featureLength(column: FeatureColumn): number {
  return column instanceof Float64Array ? column.length : column.codes.length;
}

/**
 * Checks that a matrix has as many names as columns, each name once, and columns of one length.
 *
 * @returns the number of rows
 * @throws ChurnError BAD_INPUT naming the column
 */
export function checkMatrix(x: Matrix): number {
  if (x.columns.length === 0) throw new ChurnError("BAD_INPUT", "a matrix without columns cannot be used");
  if (x.names.length !== x.columns.length) {
    throw new ChurnError("BAD_INPUT", `matrix has ${x.names.length} names for ${x.columns.length} columns`);
  }
  const seen = new Set<string>();
  for (const name of x.names) {
    if (seen.has(name)) throw new ChurnError("BAD_INPUT", `column "${name}" occurs twice`);
    seen.add(name);
  }
  const rows = featureLength(x.columns[0]);
  for (let j = 0; j < x.columns.length; j++) {
    const column = x.columns[j];
    if (!(column instanceof Float64Array) && !(column?.codes instanceof Int32Array && Array.isArray(column.levels))) {
      throw new ChurnError("BAD_INPUT", `column "${x.names[j]}" is neither a Float64Array nor {levels, codes}`);
    }
    if (featureLength(column) !== rows) {
      const text = `column "${x.names[j]}" has ${featureLength(column)} rows, "${x.names[0]}" has ${rows}`;
      throw new ChurnError("BAD_INPUT", text);
    }
  }
  return rows;
}
