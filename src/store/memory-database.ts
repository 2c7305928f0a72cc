import { interrupted, isInterrupted } from "../core/interrupted.js";
import { Database } from "./database.js";
import { openDuckDb } from "./duckdb.js";

/**
 * Works in a DuckDB database that lives in memory and ends with the work: to read, sort and write files.
 *
 * @param stop `signal` stops the statement that runs; `what` is the work, as the error names it
 * @throws ChurnError INTERRUPTED in place of whatever error work ends with once the signal says stop
 */
export async function inMemory<T>(
  work: (db: Database) => Promise<T>,
  { signal, what = "work" }: { signal?: AbortSignal | undefined; what?: string } = {},
): Promise<T> {
  const instance = await openDuckDb(":memory:");
  const db = new Database(await instance.connect());
  const stop = () => db.interrupt();
  signal?.addEventListener("abort", stop);
  try {
    return await work(db);
  } catch (error) {
    // a statement that was stopped looks like a file that cannot be read
    if (signal?.aborted && !isInterrupted(error)) throw interrupted(what, error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    db.close();
    instance.closeSync();
  }
}
