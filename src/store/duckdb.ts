import { createRequire } from "node:module";
import type * as api from "@duckdb/node-api";
import type bindings from "@duckdb/node-bindings";

// an import would look through the 180 files of the library for names first: a sixth of the time that our package takes to load
const require = createRequire(import.meta.url);

/** DuckDB's client. */
export const { DuckDBDataChunk, DuckDBDecimalType, DuckDBTypeId, DuckDBInstance } =
  require("@duckdb/node-api") as typeof api;

/** What lies below it: columns as vectors, without an object a value. */
export const duckdb = require("@duckdb/node-bindings") as typeof bindings;

export type DuckDBInstance = api.DuckDBInstance;
export type DuckDBTypeId = api.DuckDBTypeId;
export type Vector = bindings.Vector;

/** Nothing is fetched from the network, whatever a file looks like; the extensions that we use are built in. */
const OFFLINE = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };

/**
 * Opens a database, a file or `:memory:`; a file that this process has open is shared.
 *
 * Its time zone is UTC: which day an instant belongs to must not depend on the machine.
 */
export async function openDuckDb(path: string): Promise<DuckDBInstance> {
  const instance =
    path === ":memory:" ? await DuckDBInstance.create(path, OFFLINE) : await DuckDBInstance.fromCache(path, OFFLINE);
  const connection = await instance.connect();
  try {
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
  } finally {
    connection.closeSync();
  }
  return instance;
}

/** The bytes of a column of a chunk, as DuckDB has them in memory. */
export function vectorData(vector: Vector, bytes: number): Uint8Array<ArrayBuffer> {
  return duckdb.vector_get_data(vector, bytes) as Uint8Array<ArrayBuffer>;
}

/** The handle of a chunk, which the client hides. */
export function handleOf(chunk: api.DuckDBDataChunk): bindings.DataChunk {
  return (chunk as unknown as { chunk: bindings.DataChunk }).chunk;
}
