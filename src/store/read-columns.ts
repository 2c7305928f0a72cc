import type { DuckDBDataChunk, DuckDBResult, DuckDBType, DuckDBVector } from "@duckdb/node-api";
import { DuckDBDecimalType, DuckDBTypeId, duckdb, handleOf, vectorData } from "./duckdb.js";

/**
 * One column of a result: numbers and truth values as Float64Array (NaN = null), days as Int32Array since 1970-01-01 (as
 * texts `YYYY-MM-DD` where some are null), timestamps as Float64Array of milliseconds since 1970-01-01 UTC, everything else as texts or null.
 */
export type ColumnValues = Float64Array | Int32Array | (string | null)[];

/** Columns by name, all of one length. */
export type Columns = Record<string, ColumnValues>;

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
interface Layout {
  view: View;
  bytes: number;
  scale?: number;
  isDay?: boolean;
}
type View = new (buffer: ArrayBuffer, offset: number, length: number) => NumberArray | BigInt64Array | BigUint64Array;

/** How the values of a type lie in memory, and how many of the smallest units make one unit of ours. */
const NUMERIC: Partial<Record<DuckDBTypeId, Layout>> = {
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
  [DuckDBTypeId.DATE]: { view: Int32Array, bytes: 4, isDay: true },
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
  const layouts = Array.from({ length: result.columnCount }, (_, index) => layoutOf(result.columnType(index)));
  // numbers first: each of their arrays may set the collector off, and it would look at every text
  const numbers = layouts.map((layout, index) => layout && readColumn(chunks, index, layout, rows));
  return Object.fromEntries(
    numbers.map((column, index) => {
      const { typeId } = result.columnType(index);
      const boxed = BOXED.has(typeId);
      return [
        result.columnName(index),
        column ?? (boxed ? readBoxed(chunks, index, rows, typeId) : readTexts(chunks, index, rows, typeId)),
      ];
    }),
  );
}

/** Reads numbers or days; undefined for days of which some are missing: a whole number has no value that could stand for those. */
function readColumn(
  chunks: DuckDBDataChunk[],
  index: number,
  layout: Layout,
  rows: number,
): Float64Array | Int32Array | undefined {
  const out = layout.isDay ? new Int32Array(rows) : new Float64Array(rows);
  let at = 0;
  for (const chunk of chunks) {
    const nulls = readNumbers(chunk, index, layout, out, at);
    if (nulls && layout.isDay) return undefined;
    at += chunk.rowCount;
  }
  return out;
}

/** Reads the numbers of a chunk, and says whether some are null. */
function readNumbers(
  chunk: DuckDBDataChunk,
  index: number,
  layout: Layout,
  out: Float64Array | Int32Array,
  at: number,
): boolean {
  const count = chunk.rowCount;
  // the wrapper hides its handle, and its own accessors box every value
  const vector = duckdb.data_chunk_get_vector(handleOf(chunk), index);
  const bytes = vectorData(vector, count * layout.bytes);
  if (layout.view === BigInt64Array || layout.view === BigUint64Array) {
    // by halves, since a BigInt for every value takes ten times as long
    const halves = new Uint32Array(bytes.buffer, bytes.byteOffset, 2 * count);
    const isSigned = layout.view === BigInt64Array;
    const scale = layout.scale ?? 1;
    for (let i = 0; i < count; i++) {
      const high = halves[2 * i + 1];
      out[at + i] = ((isSigned ? high | 0 : high) * 4294967296 + halves[2 * i]) / scale;
    }
  } else {
    out.set(new layout.view(bytes.buffer, bytes.byteOffset, count) as NumberArray, at);
    if (layout.scale) for (let i = 0; i < count; i++) out[at + i] = out[at + i] / layout.scale;
  }

  const words = Math.ceil(count / 64);
  const validity = duckdb.vector_get_validity(vector, words * 8);
  if (!validity) return false;
  let nulls = false;
  for (let i = 0; i < count; i++) {
    if ((validity[i >> 3] >> (i & 7)) & 1) continue;
    out[at + i] = Number.NaN;
    nulls = true;
  }
  return nulls;
}

/** How numbers of a type lie in memory. A decimal whose digits a double holds is a whole number, and by what it is divided. */
function layoutOf(type: DuckDBType): Layout | undefined {
  if (!(type instanceof DuckDBDecimalType)) return NUMERIC[type.typeId];
  if (type.width > 15) return undefined;
  const scale = 10 ** type.scale;
  if (type.width > 9) return { view: BigInt64Array, bytes: 8, scale };
  return type.width > 4 ? { view: Int32Array, bytes: 4, scale } : { view: Int16Array, bytes: 2, scale };
}

/** Numbers wider than 64 bits, as sums give them; rare and few, so boxing each does no harm. */
const BOXED = new Set<DuckDBTypeId>([DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT, DuckDBTypeId.DECIMAL]);

function readBoxed(chunks: DuckDBDataChunk[], index: number, rows: number, typeId: DuckDBTypeId): Float64Array {
  const texts = readTexts(chunks, index, rows, typeId);
  return Float64Array.from(texts, (text) => (text === null ? Number.NaN : Number(text)));
}

function readTexts(chunks: DuckDBDataChunk[], index: number, rows: number, typeId: DuckDBTypeId): (string | null)[] {
  const out = new Array<string | null>(rows);
  const short = typeId === DuckDBTypeId.VARCHAR ? new ShortTexts() : undefined;
  let at = 0;
  for (const chunk of chunks) {
    const count = chunk.rowCount;
    const left = short ? short.read(chunk, index, count, out, at) : Array.from({ length: count }, (_, i) => i);
    if (left.length) {
      const vector: DuckDBVector = chunk.getColumnVector(index);
      for (const i of left) {
        const value = vector.getItem(i);
        out[at + i] = value === null ? null : String(value);
      }
    }
    at += count;
  }
  return out;
}

/** Bytes of a text in a vector, and how many of them hold a short text after its length; the rest of these is zero. */
const TEXT = 16;
const SHORT = 12;
const NOT_ASCII = 0x80808080;

/** Texts that are remembered while a column is read: most columns of texts have few, and those again and again. */
const REMEMBERED = 1 << 16;

/** Reads short texts without a call or a decoder for each. */
class ShortTexts {
  readonly #keys = new Uint32Array(3 * REMEMBERED);
  readonly #texts = new Array<string>(REMEMBERED).fill("");

  /** Fills in the short texts of a chunk; gives the rows whose text is long, is missing or is not ASCII. */
  read(chunk: DuckDBDataChunk, index: number, count: number, out: (string | null)[], at: number): number[] {
    const vector = duckdb.data_chunk_get_vector(handleOf(chunk), index);
    const bytes = vectorData(vector, count * TEXT);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (count * TEXT) / 4);
    const validity = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8);
    const keys = this.#keys;
    const others: number[] = [];
    let all: string | undefined;
    for (let i = 0; i < count; i++) {
      const length = words[4 * i];
      const [a, b, c] = [words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]];
      const isThere = !validity || (validity[i >> 3] >> (i & 7)) & 1;
      if (!isThere || length > SHORT || (a | b | c) & NOT_ASCII) {
        others.push(i);
        continue;
      }
      const mixed = Math.imul(Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b) ^ c, 0xc2b2ae35);
      const slot = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f) >>> 16;
      let text = this.#texts[slot];
      if (text.length !== length || keys[3 * slot] !== a || keys[3 * slot + 1] !== b || keys[3 * slot + 2] !== c) {
        all ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
        text = all.slice(TEXT * i + 4, TEXT * i + 4 + length);
        this.#texts[slot] = text;
        keys[3 * slot] = a;
        keys[3 * slot + 1] = b;
        keys[3 * slot + 2] = c;
      }
      out[at + i] = text;
    }
    return others;
  }
}
