import { COLUMN_BYTES, GROUP } from "./loop-parts.js";
import type { WasmMemory } from "./wasm-assembler.js";
import { type WasmLoops, wasmLoops } from "./wasm-loops.js";

/** Bytes of codes that are gathered, so that a subtree finds them in the second-level cache. */
const LOCAL_BYTES = 1 << 19;
/** The same for the third-level cache, from a matrix on that is much larger than it. */
const MIDDLE_BYTES = 1 << 23;
const LARGE_BYTES = 1 << 25;

/** Largest n of which the workspace has n log₂ n. */
export const MOST_LOG = 65_536;
const LOG_BYTES = 8 * (MOST_LOG + 1);

/** Where the parts of a workspace lie, as plain data that can be sent to a thread. */
export interface WorkspacePlace {
  memory: WasmMemory;
  codesAt: number;
  stride: number;
  /** Rows of the matrix. */
  rows: number;
  /** Start of the region of this thread. */
  at: number;
  /** Most entries of a tree. */
  capacity: number;
}

/** The memory in which one thread grows trees. Addresses are in bytes, views are for JavaScript. */
export interface Workspace extends WorkspacePlace {
  loops: WasmLoops;
  /** Rows that fit in the local copy of codes. */
  localRows: number;
  localAt: number;
  /** The same for larger subtrees of a large matrix; 0 for others. */
  middleRows: number;
  middleAt: number;
  entriesAt: number;
  spareAt: number;
  logsAt: number;
  payloadAt: number;
  binsAt: number;
  sideAt: number;
  outAt: number;
  entries: Int32Array;
  /** (count, ones) by payload code. */
  payload: Int32Array;
  /** (count, ones) by bin, column after column. */
  bins: Int32Array;
  side: Uint8Array;
  out: Float64Array;
  /** n log₂ n, filled by who needs it. */
  logs: Float64Array;
  /** All of the memory, for reading codes. */
  bytes: Uint8Array;
}

const localRowsOf = (stride: number) => Math.max(64, Math.floor(LOCAL_BYTES / stride));
const middleRowsOf = (rows: number, stride: number) =>
  rows * stride < LARGE_BYTES ? 0 : Math.floor(MIDDLE_BYTES / stride);
const words = (capacity: number) => Math.ceil(capacity / 2) * 8;

/** Bytes of the region that a workspace needs. */
export function workspaceBytes(capacity: number, rows: number, stride: number): number {
  const gathered = localRowsOf(stride) + middleRowsOf(rows, stride);
  return 64 + 256 + 2048 + GROUP * COLUMN_BYTES + gathered * stride + 2 * words(capacity) + LOG_BYTES;
}

/** The views of a region that `workspaceBytes` was asked for. */
export function openWorkspace(place: WorkspacePlace): Workspace {
  const { memory, at, capacity, rows, stride } = place;
  const { buffer } = memory;
  const outAt = at;
  const sideAt = outAt + 64;
  const payloadAt = sideAt + 256;
  const binsAt = payloadAt + 2048;
  const localAt = binsAt + GROUP * COLUMN_BYTES;
  const localRows = localRowsOf(stride);
  const middleAt = localAt + localRows * stride;
  const middleRows = middleRowsOf(rows, stride);
  const entriesAt = middleAt + middleRows * stride;
  const spareAt = entriesAt + words(capacity);
  const logsAt = spareAt + words(capacity);
  return {
    ...place,
    loops: wasmLoops(memory),
    localRows,
    localAt,
    middleRows,
    middleAt,
    entriesAt,
    spareAt,
    logsAt,
    payloadAt,
    binsAt,
    sideAt,
    outAt,
    entries: new Int32Array(buffer, entriesAt, capacity),
    payload: new Int32Array(buffer, payloadAt, 512),
    bins: new Int32Array(buffer, binsAt, (GROUP * COLUMN_BYTES) / 4),
    side: new Uint8Array(buffer, sideAt, 256),
    out: new Float64Array(buffer, outAt, 8),
    logs: new Float64Array(buffer, logsAt, MOST_LOG + 1),
    bytes: new Uint8Array(buffer),
  };
}
