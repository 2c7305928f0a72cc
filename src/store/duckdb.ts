import { createRequire } from "node:module";
import type * as api from "@duckdb/node-api";
import type bindings from "@duckdb/node-bindings";

// an import would look through the 180 files of the library for names first: a sixth of the time that our package takes to load
const require = createRequire(import.meta.url);

/** DuckDB's client. */
export const { DuckDBDataChunk, DuckDBDecimalType, DuckDBInstance, DuckDBTypeId } =
  require("@duckdb/node-api") as typeof api;

/** What lies below it: columns as vectors, without an object a value. */
export const duckdb = require("@duckdb/node-bindings") as typeof bindings;

export type DuckDBInstance = api.DuckDBInstance;
export type DuckDBTypeId = api.DuckDBTypeId;
export type Vector = bindings.Vector;

/** The handle of a chunk, which the client hides. */
export function handleOf(chunk: api.DuckDBDataChunk): bindings.DataChunk {
  return (chunk as unknown as { chunk: bindings.DataChunk }).chunk;
}
