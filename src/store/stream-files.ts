import { join } from "node:path";

/**
 * The four kinds of files that a stream keeps beside the tables:
 *
 * | file | says | written by | goes |
 * |---|---|---|---|
 * | `<store>.stream` | who streams into the store: a lock of `core/process-lock.ts` | `Store.claimStream` | when the stream ends, however it ends |
 * | `<store>.wanted` | that another process waits for the DuckDB file, for the one that has it | `YieldRequest` | when the wait is over; it is old after 1.5 s |
 * | `stream-job_<mark>.json` | the options of the stream that a service was asked for, so that it continues after a crash | `StreamJob` | when the stream is done, or is stopped by a request |
 * | `stream_<key>[_<rows>].parquet` | the rows to come, in the order in which they arrive, so that a stream that was killed finds the very same ones | `bufferDays` | when a longer file of the same rows is there, or after a week without use |
 */
export function streamClaimFile(store: string): string {
  return `${store}.stream`;
}

/** The sign that somebody waits for the file of a store. */
export function yieldRequestFile(store: string): string {
  return `${store}.wanted`;
}

/**
 * The file of the stream that a service was asked for.
 *
 * @param mark tells the stores of one data folder apart: `Store.mark`
 */
export function streamJobFile(dataDir: string, mark: string): string {
  return join(dataDir, `stream-job_${mark}.json`);
}

/**
 * The file of rows that are still to be streamed.
 *
 * @param key 12 hexadecimal digits that name what the rows are
 * @param rows how many the file was made for; left out where the rows are all that there are
 */
export function bufferedRowsFile(dataDir: string, key: string, rows?: number): string {
  return join(dataDir, `stream_${key}${rows === undefined ? "" : `_${rows}`}.parquet`);
}

/** Reads the name of a file of buffered rows, or of one that was cut off while it was written; undefined for any other name. */
export function parseBufferedRowsFile(name: string): { key: string; rows?: number; isWhole: boolean } | undefined {
  const found = /^stream_([0-9a-f]{12})(?:_(\d+))?\.parquet(\.\d+\.part(?:\.csv)?)?$/.exec(name);
  if (!found) return undefined;
  const [, key, rows, partial] = found;
  return { key, rows: rows === undefined ? undefined : Number(rows), isWhole: partial === undefined };
}
