import type { DuckDBAppender, DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { ColumnTable } from "arquero";
import { arqueroTable } from "../core/arquero-table.js";
import { ChurnError } from "../core/errors.js";
import { appendColumns, type ColumnSource } from "./append-columns.js";
import { type Columns, readColumns } from "./read-columns.js";
import { type Filled, type FilledTogether, readInto } from "./read-into.js";

/** A value of a small result: days and timestamps come as text. */
export type SqlValue = string | number | boolean | null;

/** A row whose every cell is a value of SQL: what an interface of a row must be. */
export type Cells<Row> = { [Name in keyof Row]: SqlValue };

/** What a statement takes for `$1`, `$2`, …; day values go in as text, to be cast in the statement. */
export type Parameter = string | number | boolean | null;

/** Another place that must know what a transaction changes, before it is kept here. */
export interface Journal {
  /** Runs a transaction of `db`; `steps` do what they do without a journal. */
  transaction<T>(db: Database, steps: TransactionSteps<T>): Promise<T>;
  /** Told of each statement inside a transaction, before it runs. */
  beforeStatement(db: Database, sql: string): Promise<void>;
  /** Called before a bulk insert in a transaction; resolves once the rows have been read. */
  beforeRows(db: Database, rows: NewRows): Promise<void>;
  /** Whether a statement changes something that the journal keeps. */
  concerns(sql: string): boolean;
}

/** New rows of a table. */
export interface NewRows {
  table: string;
  /** Number of the batch that they are, all of it. */
  batchId: number;
  columns: readonly string[];
  /** A query that gives the columns under their names, the same whenever it is asked in the transaction. */
  query: string;
}

export interface TransactionSteps<T> {
  begin(): Promise<void>;
  work(): Promise<T>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** One open connection to a DuckDB database, valid as long as its lease. */
export class Database {
  readonly #connection: DuckDBConnection;
  readonly #journal: Journal | undefined;
  /** Appenders by table, where they are kept. */
  readonly #kept: Map<string, DuckDBAppender> | undefined;
  #inTransaction = false;

  /**
   * @param options.keepAppenders for a connection that appends to the same tables again and again, and changes none of them
   * @internal
   */
  constructor(connection: DuckDBConnection, journal?: Journal, { keepAppenders = false } = {}) {
    this.#connection = connection;
    this.#journal = journal;
    this.#kept = keepAppenders ? new Map() : undefined;
  }

  /** Runs one statement and gives the number of rows that it changed. */
  async run(sql: string, parameters: Parameter[] = []): Promise<number> {
    if (this.#journal) {
      if (this.#inTransaction) await this.#journal.beforeStatement(this, sql);
      else if (this.#journal.concerns(sql)) return this.transaction(() => this.run(sql, parameters));
    }
    return (await this.#connection.run(sql, values(parameters))).rowsChanged;
  }

  /** Adds the rows of a batch to a table. */
  async insertRows(rows: NewRows): Promise<void> {
    const names = rows.columns.map(name).join(", ");
    const write = () =>
      this.#connection.run(`INSERT INTO ${name(rows.table)} (${names}) SELECT ${names} FROM (${rows.query})`);
    if (!this.#journal || !this.#inTransaction) {
      await write();
      return;
    }
    await this.#journal.beforeRows(this, rows);
    // the other core is for whoever takes the rows there
    await this.inOneThread(write);
  }

  /** Reads a result of one column of texts, some thousands at a time. */
  async *texts(sql: string): AsyncGenerator<string[]> {
    const result = await this.#connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      yield chunk.getColumnValues(0) as string[];
    }
  }

  /** Reads a small result as objects, one a row; whole numbers beyond 2⁵³ lose precision. */
  async rows<Row extends Cells<Row> = Record<string, SqlValue>>(
    sql: string,
    parameters: Parameter[] = [],
  ): Promise<Row[]> {
    const reader = await this.#connection.runAndReadAll(sql, values(parameters));
    return reader.getRowObjects().map((row) => {
      const cells = Object.entries(row).map(([name, value]) => [name, cell(value)]);
      return Object.fromEntries(cells) as Row;
    });
  }

  /** Reads the first row of a small result, or undefined when there is none. */
  async row<Row extends Cells<Row> = Record<string, SqlValue>>(
    sql: string,
    parameters: Parameter[] = [],
  ): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }

  /**
   * Reads the one row of a query that gives one whatever the tables hold, as a query of aggregates does.
   *
   * @throws Error when there is none
   */
  async oneRow<Row extends Cells<Row>>(sql: string, parameters: Parameter[] = []): Promise<Row> {
    const row = await this.row<Row>(sql, parameters);
    if (!row) throw new Error(`no row came of ${sql}`);
    return row;
  }

  /** Reads a result of any size as columns: typed arrays for numbers and days. */
  async columns(sql: string, parameters: Parameter[] = []): Promise<Columns> {
    return readColumns(await this.#connection.stream(sql, values(parameters)));
  }

  /**
   * Fills arrays with the columns of a result of any size.
   *
   * @param sql gives the place of each row (BIGINT, from 0), then a DOUBLE or INTEGER for each array, a DOUBLE[n] for n that are filled together
   */
  async fill(sql: string, arrays: readonly (Filled | FilledTogether)[]): Promise<void> {
    await readInto(await this.#connection.stream(sql), arrays);
  }

  /** Reads a result as an Arquero table; days become dates. */
  async table(sql: string, parameters: Parameter[] = []): Promise<ColumnTable> {
    const columns = await this.columns(sql, parameters);
    return arqueroTable(
      Object.entries(columns).map(([name, column]) => [
        name,
        column instanceof Int32Array ? Array.from(column, (day) => new Date(day * 86_400_000)) : column,
      ]),
    );
  }

  /** Runs work in one transaction: all of it is kept, or none. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    const set = async (sql: string, inTransaction: boolean) => {
      await this.#connection.run(sql);
      this.#inTransaction = inTransaction;
    };
    const steps: TransactionSteps<T> = {
      begin: () => set("BEGIN", true),
      work,
      commit: () => set("COMMIT", false),
      rollback: async () => {
        this.#inTransaction = false;
        // the failed statement may have ended the transaction already; its own error is the one to tell
        await this.#connection.run("ROLLBACK").catch(() => {});
      },
    };
    return this.#journal ? this.#journal.transaction(this, steps) : runSteps(steps);
  }

  /**
   * Makes a temporary table of columns: numbers and texts, all of one length; NaN becomes null.
   *
   * Drop it when it has been used: it lives as long as the connection.
   */
  async createTemporary(
    table: string,
    columns: Readonly<Record<string, ArrayLike<number> | readonly (string | null)[]>>,
  ): Promise<void> {
    const entries = Object.entries(columns);
    const types = entries.map(([column, values]) => `${name(column)} ${isTexts(values) ? "VARCHAR" : "DOUBLE"}`);
    await this.run(`CREATE OR REPLACE TEMP TABLE ${name(table)} (${types.join(", ")})`);
    const appended = entries.map(([, values]) => values);
    await this.append(table, appended, entries[0]?.[1].length ?? 0, "temp");
  }

  /**
   * Appends rows to a table, given as columns in the order of the table; in a transaction they are part of it.
   *
   * @param catalog "temp" for a temporary table
   */
  async append(table: string, sources: readonly ColumnSource[], rows: number, catalog?: "temp"): Promise<void> {
    if (this.#journal && this.#inTransaction && !catalog) {
      await this.#journal.beforeStatement(this, `INSERT INTO ${name(table)}`);
    }
    const kept = catalog ? undefined : this.#kept;
    let waiting = kept?.get(table);
    if (waiting && waiting.columnCount !== sources.length) {
      // the table has another column by now
      waiting.closeSync();
      kept?.delete(table);
      waiting = undefined;
    }
    const appender = waiting ?? (await this.#connection.createAppender(table, "main", catalog ?? null));
    kept?.delete(table);
    try {
      appendColumns(appender, sources, rows);
      if (kept) appender.flushSync();
      else appender.closeSync();
      kept?.set(table, appender);
    } catch (error) {
      // an appender that failed keeps its rows, and writes them when it is collected, into whatever transaction runs then
      appender.clear();
      throw error;
    }
  }

  /** Works in one thread of DuckDB, for what cannot be shared: the others would ask again and again whether it is done. */
  async inOneThread<T>(work: () => Promise<T>): Promise<T> {
    await this.#connection.run("SET threads = 1");
    try {
      return await work();
    } finally {
      // after a fault that ends the database it has no threads any more
      await this.#connection.run("RESET threads").catch(() => {});
    }
  }

  /** Stops the statement that runs now; it fails with an error. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): void {
    for (const appender of this.#kept?.values() ?? []) appender.closeSync();
    this.#connection.closeSync();
  }
}

/** Runs the work of a transaction: begins, works and commits, or rolls back and throws what the work threw. */
export async function runSteps<T>({ begin, work, commit, rollback }: TransactionSteps<T>): Promise<T> {
  await begin();
  try {
    const result = await work();
    await commit();
    return result;
  } catch (error) {
    await rollback();
    throw error;
  }
}

function isTexts(values: ArrayLike<number> | readonly (string | null)[]): boolean {
  return Array.isArray(values) && values.some((value) => typeof value === "string");
}

function values(parameters: Parameter[]): DuckDBValue[] | undefined {
  return parameters.length ? parameters : undefined;
}

function cell(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  return String(value);
}

/** Quotes a name for SQL. */
export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Quotes a text for SQL, where a statement takes no parameter: file names, options. */
export function text(value: string): string {
  if (value.includes("\0")) throw new ChurnError("BAD_INPUT", "a text has a null character in it");
  return `'${value.replaceAll("'", "''")}'`;
}
