import type { DuckDBDataChunk, DuckDBResult, DuckDBVector } from "@duckdb/node-api";
import { DuckDBTypeId } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";

/**
 * One column of a result: numbers and truth values as Float64Array (NaN = null), days as Int32Array since 1970-01-01 (as
 * texts `YYYY-MM-DD` where some are null), timestamps as Float64Array of milliseconds since 1970-01-01 UTC, everything else as texts or null.
 */
export type Column = Float64Array | Int32Array | (string | null)[];

/** Columns by name, all of one length. */
export type Columns = Record<string, Column>;

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
type View = new (buffer: ArrayBuffer, offset: number, length: number) => NumberArray | BigInt64Array | BigUint64Array;

/** How the values of a type lie in memory, and how many of the smallest units make one unit of ours. */
const NUMERIC: Partial<Record<DuckDBTypeId, { view: View; bytes: number; scale?: number }>> = {
  [DuckDBTypeId.BOOLEAN]: { view: Uint8Array, bytes: 1 },
  [DuckDBTypeId.TINYINT]: { view: Int8Array, bytes: 1 },
  [DuckDBTypeId.UTINYINT]: { view: Uint8Array, bytes: 1 },
  [DuckDBTypeId.SMALLINT]: { view: Int16Array, bytes: 2 },
  [DuckDBTypeId.USMALLINT]: { view: Uint16Array, bytes: 2 },
  [DuckDBTypeId.INTEGER]: { view: Int32Array, bytes: 4 },
  [DuckDBTypeId.UINTEGER]: { view: Uint32Array, bytes: 4 },
  [DuckDBTypeId.BIGINT]: { view: BigInt64Array, bytes: 8 },
  [DuckDBTypeId.UBIGINT]: { view: BigUint64Array, bytes: 8 },
  [DuckDBTypeId.FLOAT]: { view: Float32Array, bytes: 4 },
  [DuckDBTypeId.DOUBLE]: { view: Float64Array, bytes: 8 },
  [DuckDBTypeId.DATE]: { view: Int32Array, bytes: 4 },
  [DuckDBTypeId.TIMESTAMP]: { view: BigInt64Array, bytes: 8, scale: 1000 },
  [DuckDBTypeId.TIMESTAMP_TZ]: { view: BigInt64Array, bytes: 8, scale: 1000 },
};

/**
 * Reads a whole result as columns, chunk by chunk, without an object per row or value.
 *
 * @internal
 */
export async function readColumns(result: DuckDBResult): Promise<Columns> {
  const chunks: DuckDBDataChunk[] = [];
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    chunks.push(chunk);
    rows += chunk.rowCount;
  }
  const columns: Columns = {};
  for (let index = 0; index < result.columnCount; index++) {
    const typeId = result.columnTypeId(index);
    const layout = NUMERIC[typeId];
    if (BOXED.has(typeId)) columns[result.columnName(index)] = readBoxed(chunks, index, rows);
    else if (!layout) columns[result.columnName(index)] = readTexts(chunks, index, rows);
    else {
      const isDay = typeId === DuckDBTypeId.DATE;
      const out = isDay ? new Int32Array(rows) : new Float64Array(rows);
      let at = 0;
      let nulls = false;
      for (const chunk of chunks) {
        nulls = readNumbers(chunk, index, layout, out, at) || nulls;
        at += chunk.rowCount;
      }
      // a whole number has no value that could stand for a day that is missing
      columns[result.columnName(index)] = isDay && nulls ? readTexts(chunks, index, rows) : out;
    }
  }
  return columns;
}

/** Reads the numbers of a chunk, and says whether some are null. */
function readNumbers(
  chunk: DuckDBDataChunk,
  index: number,
  layout: { view: View; bytes: number; scale?: number },
  out: Float64Array | Int32Array,
  at: number,
): boolean {
  const count = chunk.rowCount;
  // the wrapper hides its handle, and its own accessors box every value
  const vector = duckdb.data_chunk_get_vector((chunk as unknown as { chunk: duckdb.DataChunk }).chunk, index);
  const bytes = duckdb.vector_get_data(vector, count * layout.bytes);
  const values = new layout.view(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const scale = layout.scale ?? 1;
    for (let i = 0; i < count; i++) out[at + i] = Number(values[i]) / scale;
  } else out.set(values, at);

  const words = Math.ceil(count / 64);
  const validity = duckdb.vector_get_validity(vector, words * 8);
  if (!validity) return false;
  let nulls = false;
  for (let i = 0; i < count; i++) {
    if ((validity[i >> 3]! >> (i & 7)) & 1) continue;
    out[at + i] = Number.NaN;
    nulls = true;
  }
  return nulls;
}

/** Numbers wider than 64 bits, as sums give them; rare and few, so boxing each is no harm. */
const BOXED = new Set<DuckDBTypeId>([DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT, DuckDBTypeId.DECIMAL]);

function readBoxed(chunks: DuckDBDataChunk[], index: number, rows: number): Float64Array {
  const texts = readTexts(chunks, index, rows);
  return Float64Array.from(texts, (text) => (text === null ? Number.NaN : Number(text)));
}

function readTexts(chunks: DuckDBDataChunk[], index: number, rows: number): (string | null)[] {
  const out = new Array<string | null>(rows);
  let at = 0;
  for (const chunk of chunks) {
    const vector: DuckDBVector = chunk.getColumnVector(index);
    for (let i = 0; i < chunk.rowCount; i++) {
      const value = vector.getItem(i);
      out[at++] = value === null ? null : String(value);
    }
  }
  return out;
}
