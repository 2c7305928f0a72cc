import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, FieldPacket } from "mysql2/promise";
import { ChurnError } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import { type Database, name, text } from "../../store/database.js";
import { parquetRows } from "../../store/file-sql.js";
import { csvSource } from "../../store/mysql/fetch-rows.js";
import { type MysqlServer, type MysqlSession, quoted } from "../../store/mysql/mysql-server.js";
import { writeLines } from "../../store/mysql/write-lines.js";
import { progressMeter } from "../progress-meter.js";
import { type ReadColumn, readColumn } from "./table-columns.js";
import { type TableKey, tableKey } from "./table-key.js";
import type { TableRead } from "./table-read.js";

/** What is read, and how. */
export interface TableSource {
  /** A table, or a query that is one SELECT. */
  table: string | null;
  query: string | null;
  /** The column whose ranges are read one after another. */
  key: string | undefined;
  /** True where its values only get larger. */
  grows: boolean;
}

/** Where rows go on from: what was read before, and the SHA-256 of its file. */
export interface ReadBefore {
  read: TableRead;
  sha256: string;
}

export interface ReadOptions {
  /** What was read before, where only rows with a larger key are wanted. */
  before: ReadBefore | undefined;
  /** An empty folder for the files. */
  folder: string;
  /** Seconds without a row after which the server counts as gone. */
  timeout: number;
  range?: number;
}

/** Rows of a range: what lies in memory of them is some blocks, on the disk a text of this many rows. */
const RANGE = 500_000;

/** The connection whose transaction is the view that is read, and how many there were. */
interface View {
  connection: Connection | undefined;
  snapshots: number;
}

/** What a read in progress knows, across connections. */
interface State {
  columns: ReadColumn[];
  read: TableRead;
  key: TableKey | undefined;
  view: View;
  /** Rows that the view has, where that is asked: of a table. */
  expected: number | undefined;
}

/**
 * Reads the rows of a table or query into Parquet files, range by range of a key, in flat memory.
 *
 * All of it is one view of the table, in a transaction that only reads, unless the server goes away: then the ranges that are
 * missing are read from a later one.
 *
 * @returns what was read, and the files in the order of their rows; none where nothing is new
 */
export async function readTable(
  db: Database,
  server: MysqlServer,
  source: TableSource,
  { before, folder, timeout, range = RANGE }: ReadOptions,
  context: StageContext,
): Promise<{ read: TableRead; files: string[] }> {
  const { signal } = context;
  // rows are only passed on here, and what several threads hold of them would be held for nothing
  await db.run(`SET memory_limit = '800MB'; SET threads = 1; SET temp_directory = ${text(folder)}`);
  const work = <T>(each: (session: MysqlSession) => Promise<T>) => server.session(each, signal);
  const state = await work((session) => begin(session, source, before));
  const { read, key, view } = state;
  const what = source.table ?? "the query";
  const report = progressMeter(context, `read ${what}`, "rows", state.expected);
  report(0);
  const files: string[] = [];
  const added = { rows: 0 };
  const take = async (where: string) => {
    const path = join(folder, "rows.csv");
    const rows = await work(async (session) => {
      await enterView(session, view);
      const sql = `SELECT CONCAT('|,', ${state.columns.map(({ cell }) => cell).join(", ',', ")}, '\\n') FROM ${fromOf(source)} WHERE ${where}`;
      return writeLines(session, sql, path, { signal, timeout, onRows: (n) => report(added.rows + n) });
    }).catch((error: unknown) => {
      throw tooLong(error, what) ?? error;
    });
    if (rows) {
      const file = join(folder, `${String(files.length).padStart(6, "0")}.parquet`);
      await toParquet(db, state, path, file, rows);
      files.push(file);
    }
    await rm(path, { force: true });
    added.rows += rows;
    report(added.rows);
  };

  if (!key) await take("TRUE");
  else {
    const column = quoted(key.column);
    if (key.mayBeMissing && !before) await take(`${column} IS NULL`);
    let after = before ? before.read.to : null;
    for (let isLast = read.to === null || read.to === after; !isLast; ) {
      const last = key.literal(read.to as string);
      const beyond = after === null ? "TRUE" : `${column} > ${key.literal(after)}`;
      const bound = await work(async (session) => {
        await enterView(session, view);
        return session.row<{ value: string }>(
          `SELECT ${key.text} AS value FROM ${fromOf(source)} WHERE ${beyond} AND ${column} <= ${last} ORDER BY ${column} LIMIT 1 OFFSET ${range - 1}`,
        );
      });
      const to: string = bound ? String(bound.value) : (read.to as string);
      await take(`${beyond} AND ${column} <= ${key.literal(to)}`);
      after = to;
      isLast = !bound || to === read.to;
    }
  }
  checkWhole(state, added.rows, what);
  await work((session) => session.run("ROLLBACK")).catch(() => {});
  return {
    read: {
      ...read,
      snapshots: Math.max(view.snapshots, before?.read.snapshots ?? 1),
      rows: added.rows + (before?.read.rows ?? 0),
    },
    files,
  };
}

const fromOf = ({ table, query }: TableSource) => (table === null ? `(${query}\n) AS q` : quoted(table));

/** Looks at what is to be read: its columns, its key, how many rows it has. */
async function begin(session: MysqlSession, source: TableSource, before: ReadBefore | undefined): Promise<State> {
  const { table } = source;
  // whatever a query calls can change nothing in such a transaction
  const view = { connection: undefined, snapshots: 0 };
  await enterView(session, view);
  const [, fields] = (await session.connection.query(`SELECT * FROM ${fromOf(source)} LIMIT 0`)) as [
    unknown,
    FieldPacket[],
  ];
  const all = fields.map((field) => [field.name, readColumn(field)] as const);
  const columns = all.flatMap(([, column]) => (column ? [column] : []));
  const key = table === null ? undefined : await tableKey(session, table, source.key);
  if (source.grows && key?.mayBeMissing) {
    throw new ChurnError("BAD_OPTION", `${key.column} of the table ${table} may be NULL: it cannot say what is new`, {
      hint: "name a key that is NOT NULL, or leave grows away",
    });
  }
  const version = await session.row<{ version: string }>("SELECT VERSION() AS version");
  const read: TableRead = {
    version: String(version?.version),
    table,
    key: key?.column ?? null,
    to: null,
    rows: 0,
    columns: columns.map(({ name: column, type }) => ({ name: column, type })),
    left_out: all.flatMap(([column, found]) => (found ? [] : [column])),
    zero_days: { ...before?.read.zero_days },
    snapshots: 0,
    grown_from: before ? [...before.read.grown_from, before.sha256] : [],
    missed: 0,
  };
  if (columns.length === 0) {
    throw new ChurnError("BAD_INPUT", `${table ?? "the query"} has no column but of bytes`, {
      hint: "read a view that makes texts of them",
    });
  }
  const state: State = { columns, read, key, view, expected: undefined };
  if (table === null) return state;
  if (before) checkColumns(before.read, read, table);
  if (key) read.to = await largest(session, table, key);
  const count = async (where: string) =>
    Number((await session.row<{ n: string }>(`SELECT COUNT(*) AS n FROM ${quoted(table)} WHERE ${where}`))?.n);
  if (!before) state.expected = await count("TRUE");
  else if (key && before.read.to !== null) {
    const known = `${quoted(key.column)} <= ${key.literal(before.read.to)}`;
    read.missed = (await count(known)) - before.read.rows;
    state.expected = await count(`NOT (${known})`);
  }
  return state;
}

async function largest(session: MysqlSession, table: string, key: TableKey): Promise<string | null> {
  const column = quoted(key.column);
  const found = await session.row<{ value: string | null }>(
    `SELECT ${key.text} AS value FROM ${quoted(table)} WHERE ${column} IS NOT NULL ORDER BY ${column} DESC LIMIT 1`,
  );
  return found?.value === undefined || found.value === null ? null : String(found.value);
}

/** Begins a transaction that only reads, and in which nothing changes, where this connection has none yet. */
async function enterView(session: MysqlSession, view: View): Promise<void> {
  if (view.connection === session.connection) return;
  await session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  await session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  view.connection = session.connection;
  view.snapshots++;
}

/** Makes a Parquet file of lines; a text that is no day becomes a missing one, and is counted. */
async function toParquet(db: Database, state: State, path: string, file: string, rows: number): Promise<void> {
  const { columns, read } = state;
  const lines = csvSource(path, [
    { name: "|", type: "VARCHAR", required: true },
    ...columns.map(({ name: column, lineType }) => ({ name: column, type: lineType, required: false })),
  ]);
  const days = columns.filter(({ mayFail }) => mayFail);
  if (days.length) {
    const counts = days.map(
      (day, i) => `count(*) FILTER (${name(day.name)} IS NOT NULL AND ${day.value} IS NULL) AS n${i}`,
    );
    const found = await db.oneRow<Record<string, number>>(`SELECT ${counts.join(", ")} FROM ${lines}`);
    for (const [i, day] of days.entries()) {
      const count = found[`n${i}`];
      if (count) read.zero_days[day.name] = (read.zero_days[day.name] ?? 0) + count;
    }
  }
  const values = columns.map((column) => `${column.value} AS ${name(column.name)}`).join(", ");
  const written = await db.run(`COPY (SELECT ${values} FROM ${lines}) TO ${text(file)} (FORMAT parquet)`);
  if (written !== rows) throw new Error(`of ${rows} rows that were read ${written} were written`);
}

/** Makes one file of several, in their order. */
export async function joinParquet(db: Database, files: readonly string[], to: string): Promise<void> {
  const rows = files.map((file) => `SELECT * FROM ${parquetRows(file)}`).join(" UNION ALL ");
  await db.run(`COPY (${rows}) TO ${text(to)} (FORMAT parquet)`);
}

function checkWhole({ expected, view }: State, rows: number, what: string): void {
  // between two views the table may have changed
  if (expected === undefined || rows === expected || view.snapshots > 1) return;
  throw new ChurnError("DOWNLOAD_FAILED", `${what}: ${rows} rows were read of ${expected}`, {
    hint: "it was written to meanwhile, and its engine knows no transactions: try again",
  });
}

function checkColumns(before: TableRead, now: TableRead, table: string): void {
  const words = ({ key, columns }: TableRead) => JSON.stringify([key, columns]);
  if (words(before) === words(now)) return;
  throw new ChurnError(
    "DOWNLOAD_FAILED",
    `the table ${table} has other columns, or another key, than when it was read`,
    {
      hint: "--force reads it whole",
    },
  );
}

function tooLong(error: unknown, what: string): ChurnError | undefined {
  if (!/ROW_TOO_LONG/.test(String(error))) return undefined;
  return new ChurnError("BAD_INPUT", `a row of ${what} is longer than the server sends in one piece`, {
    cause: error,
    hint: "read a view without its long texts, or raise max_allowed_packet of the server",
  });
}
