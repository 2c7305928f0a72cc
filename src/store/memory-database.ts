import { Database } from "./database.js";
import { openDuckDb } from "./duckdb.js";

/** Works in a DuckDB database that lives in memory and ends with the work: to read, sort and write files. */
export async function inMemory<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const instance = await openDuckDb(":memory:");
  const db = new Database(await instance.connect());
  try {
    return await work(db);
  } finally {
    db.close();
    instance.closeSync();
  }
}
