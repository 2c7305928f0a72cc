import { execFile } from "node:child_process";
import { constants, createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";
import { type Database, name, text } from "../database.js";
import type { CatalogColumn } from "./cache-catalog.js";
import { checkRow } from "./in-statements.js";
import { type MysqlSession, quoted } from "./mysql-server.js";

/** Rows of a DuckDB query on their way to a table of MySQL. */
export interface RowsToWrite {
  table: string;
  columns: readonly CatalogColumn[];
  /** What follows SELECT … in DuckDB: `FROM … WHERE …`. */
  from: string;
  /** Told when DuckDB has read the rows and may do other work; the server may still be busy with them. */
  onRead?: () => void;
}

/** How rows get into the server: streamed as a file, or as statements where the server takes no files. */
export type BulkWay = "LOAD DATA LOCAL INFILE" | "multi-row INSERT";

/** Asks the server which way it permits: a file that is sent (`local_infile`), or statements of many rows. */
export async function bulkWay(session: MysqlSession): Promise<BulkWay> {
  const found = await session.row<{ permitted: number }>("SELECT @@global.local_infile AS permitted");
  return found?.permitted ? "LOAD DATA LOCAL INFILE" : "multi-row INSERT";
}

/**
 * Writes rows in bulk and gives their number.
 *
 * @throws Error when the server took fewer rows than it was given, or changed a value: `LOAD DATA LOCAL` only warns
 */
export function bulkWrite(db: Database, session: MysqlSession, rows: RowsToWrite, way: BulkWay): Promise<number> {
  return way === "LOAD DATA LOCAL INFILE" ? loadData(db, session, rows) : insertRows(db, session, rows);
}

async function loadData(
  db: Database,
  session: MysqlSession,
  { table, columns, from, onRead }: RowsToWrite,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "churn-rows-"));
  const path = join(folder, "rows.csv");
  try {
    // named by their place: DuckDB takes "User" in FORCE_QUOTE for the function user()
    const quote = columns.flatMap(({ type }, index) => (type === "VARCHAR" ? `c${index}` : []));
    const cells = columns.map((column, index) => `${plainCell(column)} AS c${index}`).join(", ");
    // the server reads what DuckDB writes at the same time, where there are pipes
    const isPipe = await makePipe(path);
    const write = () =>
      db.run(
        `COPY (SELECT ${cells} ${from}) TO ${text(path)} (FORMAT csv, HEADER false, USE_TMP_FILE false, NULLSTR 'NULL', QUOTE '"', ESCAPE '"'${quote.length ? `, FORCE_QUOTE (${quote.join(", ")})` : ""})`,
      );
    // one thread waits for the server, and the others would not do so quietly
    const writing = isPipe ? db.inOneThread(write) : write();
    if (onRead) writing.then(onRead, () => {});
    if (!isPipe) await writing;
    else writing.catch(() => endPipe(path));
    return await sendFile(session, path, table, columns, writing);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makePipe(path: string): Promise<boolean> {
  return promisify(execFile)("mkfifo", [path]).then(
    () => true,
    () => false,
  );
}

/** Ends a pipe that nobody writes to, for whoever waits to read it. */
async function endPipe(path: string): Promise<void> {
  await open(path, constants.O_WRONLY | constants.O_NONBLOCK).then(
    (pipe) => pipe.close(),
    () => {},
  );
}

/** Bytes that wait for the server while DuckDB does other work. */
const WAITING = 1 << 25;

async function sendFile(
  session: MysqlSession,
  path: string,
  table: string,
  columns: readonly CatalogColumn[],
  writing: Promise<number>,
): Promise<number> {
  // a pipe gives no more at once, and room for more is made again for every reading
  const file = createReadStream(path, { highWaterMark: 1 << 16 });
  const sending = session.connection.query({
    sql: `LOAD DATA LOCAL INFILE 'rows.csv' INTO TABLE ${quoted(table)} CHARACTER SET utf8mb4
      FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n' (${columns.map((column) => quoted(column.name)).join(", ")})`,
    infileStreamFactory: () => file.pipe(new PassThrough({ highWaterMark: WAITING })),
  } as Parameters<typeof session.connection.query>[0]);
  // what the server does not take is read all the same: DuckDB's transaction has to outlive a server that goes away
  sending.catch(() => file.unpipe().resume());
  const [sent, written] = await Promise.allSettled([sending, writing]);
  if (written.status === "rejected") throw written.reason;
  if (sent.status === "rejected") throw sent.reason;
  const { affectedRows, warningStatus } = sent.value[0] as { affectedRows: number; warningStatus: number };
  const count = written.value;
  if (affectedRows !== count || warningStatus > 0) {
    const [first] = await session.rows<{ Message: string }>("SHOW WARNINGS LIMIT 1");
    throw Object.assign(
      new Error(`${table}: ${affectedRows} of ${count} rows were taken${first ? `: ${first.Message}` : ""}`),
      { code: /duplicate/i.test(first?.Message ?? "") ? "ER_DUP_ENTRY" : "ER_ROWS_REFUSED", errno: 0 },
    );
  }
  return affectedRows;
}

/** A number that is not finite has no place in MySQL; NULL stands for it. */
function plainCell({ name: column, type }: CatalogColumn): string {
  if (type === "DOUBLE") return `CASE WHEN isfinite(${name(column)}) THEN ${name(column)} END`;
  return type === "BOOLEAN" ? `CAST(${name(column)} AS TINYINT)` : name(column);
}

async function insertRows(
  db: Database,
  session: MysqlSession,
  { table, columns, from, onRead }: RowsToWrite,
): Promise<number> {
  const head = `INSERT INTO ${quoted(table)} (${columns.map((column) => quoted(column.name)).join(", ")}) VALUES `;
  let written = 0;
  let parts: string[] = [];
  let size = 0;
  // the next statement is put together while the server works on this one
  let running = Promise.resolve(0);
  const flush = async () => {
    written += await running;
    running = parts.length ? session.run(head + parts.join(",")) : Promise.resolve(0);
    running.catch(() => {}); // reported when it is awaited
    parts = [];
    size = 0;
  };
  const longest = session.server.longestStatement - head.length;
  for await (const texts of db.texts(`SELECT ${literalRow(columns)} ${from}`)) {
    for (const row of texts) {
      if (size + row.length > longest) {
        checkRow(session, row);
        await flush();
      }
      parts.push(row);
      size += row.length + 1;
    }
  }
  onRead?.();
  await flush();
  await flush();
  return written;
}

/** A row as MySQL reads it in a statement, written by DuckDB: quicker than value by value here. */
function literalRow(columns: readonly CatalogColumn[]): string {
  const cells = columns.map((column) => {
    const cell = plainCell(column);
    if (column.type === "VARCHAR") {
      return `coalesce('''' || replace(replace(${cell}, '\\', '\\\\'), '''', '''''') || '''', 'NULL')`;
    }
    const quotes = column.type === "DATE" || column.type.startsWith("TIMESTAMP");
    return quotes ? `coalesce('''' || ${cell} || '''', 'NULL')` : `coalesce(CAST(${cell} AS VARCHAR), 'NULL')`;
  });
  return `concat('(', ${cells.join(", ',', ")}, ')')`;
}
