import type { Matrix } from "./matrix.js";
import { toMatrix } from "./to-matrix.js";

/** What is needed of an Arquero table. */
export interface ArqueroTable {
  columnNames(): string[];
  array(name: string): ArrayLike<unknown>;
}

/**
 * Makes a matrix of the columns of an Arquero table, column by column.
 *
 * @param names the columns to take, in this order; all when left out
 * @returns the matrix, columns in the order of `names`
 * @throws ChurnError BAD_INPUT naming the column and the row of a value that a matrix cannot have
 * @example
 * ```ts
 * fromArquero(table, ["calls", "days_silent"]);
 * ```
 */
export function fromArquero(table: ArqueroTable, names: readonly string[] = table.columnNames()): Matrix {
  return toMatrix(Object.fromEntries(names.map((name) => [name, table.array(name)])));
}
