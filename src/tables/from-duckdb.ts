import type { Matrix } from "../forest/matrix/matrix.js";
import { toMatrix } from "../forest/matrix/to-matrix.js";
import { readColumns } from "../store/read-columns.js";

/** A result of DuckDB's client, `await connection.run(…)` or `await connection.stream(…)`. */
export interface QueryResult {
  readonly columnCount: number;
  columnName(index: number): string;
  fetchChunk(): Promise<unknown>;
}

/**
 * Makes a matrix of a result of DuckDB's client, chunk by chunk into typed arrays, without an object a row or value.
 *
 * @throws ChurnError BAD_INPUT naming the column and the row of a value that a matrix cannot have
 */
export async function fromDuckDB(result: QueryResult): Promise<Matrix> {
  return toMatrix(await readColumns(result as Parameters<typeof readColumns>[0]));
}
