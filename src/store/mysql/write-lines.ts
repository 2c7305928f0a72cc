import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { coreConnection } from "./core-connection.js";
import type { MysqlSession } from "./mysql-server.js";

/** Bytes that are put together before they are written. */
const BLOCK = 1 << 20;

/** How rows are written to a file. */
export interface WriteLinesOptions {
  values?: readonly unknown[];
  signal?: AbortSignal | undefined;
  /** Seconds without a row after which the server counts as gone, from the first row on. */
  timeout?: number;
  /** Told how many rows came, some thousands of times less often than they come. */
  onRows?: (rows: number) => void;
}

/**
 * Streams a query's only column, lines of text that the server puts together, into a file, in flat memory: nothing is made of
 * single values here.
 *
 * @returns the number of rows
 * @throws Error with the code ROW_TOO_LONG when the server gave NULL for a line, as it does above its `max_allowed_packet`
 */
export async function writeLines(
  session: MysqlSession,
  sql: string,
  path: string,
  { values = [], signal, timeout, onRows }: WriteLinesOptions = {},
): Promise<number> {
  const connection = coreConnection(session.connection);
  const query = connection.query({
    sql,
    values: [...values],
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  });
  let rows = 0;
  let block: Buffer[] = [];
  let size = 0;
  const gather = new Transform({
    writableObjectMode: true,
    transform([line]: [Buffer | null], _encoding, done) {
      if (line === null) {
        done(Object.assign(new Error(`row ${rows + 1} is too long for one line`), { code: "ROW_TOO_LONG", errno: 0 }));
        return;
      }
      rows++;
      block.push(line);
      size += line.length;
      if (size < BLOCK) return done();
      const whole = Buffer.concat(block, size);
      block = [];
      size = 0;
      onRows?.(rows);
      done(null, whole);
    },
    flush(done) {
      done(null, Buffer.concat(block, size));
    },
  });
  const lines = query.stream({ highWaterMark: 1000 });
  const giveUp = (error: Error) => lines.destroy(error);
  // a query that is streamed is not told that its connection is lost
  connection.on("error", giveUp);
  const watch = timeout === undefined ? undefined : watchRows(() => rows, timeout, giveUp);
  try {
    await pipeline(lines, gather, createWriteStream(path), signal ? { signal } : {});
  } finally {
    connection.off("error", giveUp);
    clearInterval(watch);
  }
  onRows?.(rows);
  return rows;
}

/** Gives a query up when no row comes for some time after the first one: a server that hangs closes nothing. */
function watchRows(rows: () => number, timeout: number, giveUp: (error: Error) => void): NodeJS.Timeout {
  let last = { rows: 0, at: Date.now() };
  return setInterval(() => {
    const now = rows();
    if (now !== last.rows || now === 0) last = { rows: now, at: Date.now() };
    else if (Date.now() - last.at > timeout * 1000) {
      giveUp(Object.assign(new Error(`no row for ${timeout} s`), { code: "PROTOCOL_SEQUENCE_TIMEOUT" }));
    }
  }, 1000);
}
