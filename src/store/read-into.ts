import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { duckdb, handleOf } from "./duckdb.js";

/** Columns that are filled: doubles (NaN where null) or whole numbers (−1 where null). */
export type Filled = Float64Array | Int32Array;

/**
 * Fills arrays with the columns of a result, chunk by chunk, without an object a row or value.
 *
 * @param result the place of each row (BIGINT, from 0), then a column of DOUBLE or INTEGER for each array
 * @internal
 */
export async function readInto(result: DuckDBResult, arrays: readonly Filled[]): Promise<void> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const places = placesOf(chunk);
    for (const [j, to] of arrays.entries()) copy(chunk, j + 1, to, places);
  }
}

/** Where the rows of a chunk belong: from one place on, or each to its own. */
function placesOf(chunk: DuckDBDataChunk): number | Uint32Array {
  const count = chunk.rowCount;
  const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(handleOf(chunk), 0), count * 8);
  const halves = new Uint32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, 2 * count);
  const first = halves[0];
  let inStep = true;
  for (let i = 1; i < count && inStep; i++) inStep = halves[2 * i] === first + i;
  return inStep ? first : Uint32Array.from({ length: count }, (_, i) => halves[2 * i]);
}

function copy(chunk: DuckDBDataChunk, index: number, to: Filled, places: number | Uint32Array): void {
  const count = chunk.rowCount;
  // the wrapper hides its handle, and its own accessors box every value
  const vector = duckdb.data_chunk_get_vector(handleOf(chunk), index);
  const bytes = duckdb.vector_get_data(vector, count * to.BYTES_PER_ELEMENT);
  const View = to instanceof Float64Array ? Float64Array : Int32Array;
  const values = new View(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  const validity = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8);
  const hole = to instanceof Float64Array ? Number.NaN : -1;
  if (typeof places === "number") {
    to.set(values, places);
    if (!validity) return;
    for (let i = 0; i < count; i++) if (!((validity[i >> 3] >> (i & 7)) & 1)) to[places + i] = hole;
    return;
  }
  for (let i = 0; i < count; i++) {
    to[places[i]] = validity && !((validity[i >> 3] >> (i & 7)) & 1) ? hole : values[i];
  }
}
