import type { DuckDBAppender, DuckDBType } from "@duckdb/node-api";
import { DuckDBDataChunk, DuckDBTypeId, duckdb, handleOf, type Vector } from "./duckdb.js";

/** What fills a column: numbers (NaN = null), texts or null, one number for every row, or nothing at all. */
export type ColumnSource = ArrayLike<number> | readonly (string | null)[] | number | null;

/** Rows in a full chunk of DuckDB. */
const CHUNK = 2048;

/**
 * Appends columns to a table, chunk by chunk, without an object per row or value; in a transaction it is part of it.
 *
 * @param sources one for each column of the table, in its order
 * @internal
 */
export function appendColumns(appender: DuckDBAppender, sources: readonly ColumnSource[], rows: number): void {
  const types = sources.map((_, index) => appender.columnType(index));
  for (let from = 0; from < rows; from += CHUNK) {
    const size = Math.min(CHUNK, rows - from);
    const chunk = DuckDBDataChunk.create(types, size);
    // the wrapper hides its handle, and its own setters take one value at a time
    const handle = handleOf(chunk);
    for (const [index, source] of sources.entries()) {
      const vector = duckdb.data_chunk_get_vector(handle, index);
      writeVector(vector, types[index], source, from, size);
    }
    appender.appendDataChunk(chunk);
  }
}

function writeVector(vector: Vector, type: DuckDBType, source: ColumnSource, from: number, size: number): void {
  if (source === null) {
    writeValidity(vector, new Uint8Array(size), size);
    return;
  }
  const present =
    type.typeId === DuckDBTypeId.VARCHAR
      ? writeTexts(vector, source, from, size)
      : writeNumbers(vector, type.typeId, source, from, size);
  if (present) writeValidity(vector, present, size);
}

/** Writes texts, and gives which are there; undefined when all are. */
function writeTexts(vector: Vector, source: ColumnSource, from: number, size: number): Uint8Array | undefined {
  const texts = source as readonly (string | null)[];
  let present: Uint8Array | undefined;
  for (let i = 0; i < size; i++) {
    const text = texts[from + i];
    if (text !== null && text !== undefined) {
      duckdb.vector_assign_string_element(vector, i, String(text));
      continue;
    }
    present ??= new Uint8Array(size).fill(1);
    present[i] = 0;
  }
  return present;
}

/** Writes numbers, and gives which are there; undefined when all are. What stands in the place of a missing one is not read. */
function writeNumbers(
  vector: Vector,
  type: DuckDBTypeId,
  source: ColumnSource,
  from: number,
  size: number,
): Uint8Array | undefined {
  const numbers = numbersOf(source, from, size);
  const bytes = bytesOf(type, numbers);
  duckdb.copy_data_to_vector(vector, 0, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  if (numbers instanceof Int32Array || !numbers.some(Number.isNaN)) return undefined;
  return Uint8Array.from(numbers, (number) => (Number.isNaN(number) ? 0 : 1));
}

function numbersOf(source: ColumnSource, from: number, size: number): Float64Array | Int32Array {
  if (source instanceof Float64Array || source instanceof Int32Array) return source.subarray(from, from + size);
  if (typeof source === "number") return new Float64Array(size).fill(source);
  const values = source as ArrayLike<number | null>;
  return Float64Array.from({ length: size }, (_, i) => values[from + i] ?? Number.NaN);
}

/** The numbers as the type has them in memory. */
function bytesOf(type: DuckDBTypeId, numbers: Float64Array | Int32Array): ArrayBufferView {
  if (type === DuckDBTypeId.DOUBLE) return numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
  if (type === DuckDBTypeId.INTEGER || type === DuckDBTypeId.DATE) {
    return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  }
  if (type === DuckDBTypeId.TINYINT) return Int8Array.from(numbers);
  if (type !== DuckDBTypeId.BIGINT && type !== DuckDBTypeId.TIMESTAMP)
    throw new Error(`columns of type ${type} cannot be appended`);
  // two halves, since a BigInt for every value takes three times as long
  const halves = new Int32Array(2 * numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const high = Math.floor(numbers[i] / 4294967296);
    halves[2 * i] = numbers[i] - high * 4294967296;
    halves[2 * i + 1] = high;
  }
  return halves;
}

/** Marks the values that are there, one bit each, in words of 64. */
function writeValidity(vector: Vector, present: Uint8Array, size: number): void {
  const bits = new Uint8Array(Math.ceil(size / 64) * 8);
  for (let i = 0; i < size; i++) if (present[i]) bits[i >> 3] = bits[i >> 3] | (1 << (i & 7));
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}
