import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { duckdb, handleOf } from "./duckdb.js";

/** Columns that are filled: doubles (NaN where null) or whole numbers (−1 where null). */
export type Filled = Float64Array | Int32Array;

/** Arrays that are filled together, from a column that has an array of doubles a row: a value for each of them. */
export type FilledTogether = readonly Float64Array[];

/**
 * Fills arrays with the columns of a result, chunk by chunk, without an object a row or value.
 *
 * @param result the place of each row (BIGINT, from 0), then a column of DOUBLE or INTEGER for each array, and of DOUBLE[n] for
 *   n that are filled together
 * @internal
 */
export async function readInto(result: DuckDBResult, arrays: readonly (Filled | FilledTogether)[]): Promise<void> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const places = placesOf(chunk);
    for (const [j, to] of arrays.entries()) {
      if (to instanceof Float64Array || to instanceof Int32Array) copy(chunk, j + 1, to, places);
      else copyTogether(chunk, j + 1, to, places);
    }
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

function copyTogether(chunk: DuckDBDataChunk, index: number, all: FilledTogether, places: number | Uint32Array): void {
  const [count, width] = [chunk.rowCount, all.length];
  const vector = duckdb.array_vector_get_child(duckdb.data_chunk_get_vector(handleOf(chunk), index));
  const bytes = duckdb.vector_get_data(vector, count * width * 8);
  const values = new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, count * width);
  const validity = duckdb.vector_get_validity(vector, Math.ceil((count * width) / 64) * 8);
  for (const [j, to] of all.entries()) {
    for (let i = 0, at = j; i < count; i++, at += width) {
      const isMissing = validity && !((validity[at >> 3] >> (at & 7)) & 1);
      to[typeof places === "number" ? places + i : places[i]] = isMissing ? Number.NaN : values[at];
    }
  }
}
