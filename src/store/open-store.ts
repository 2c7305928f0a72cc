import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ColumnTable } from "arquero";
import { CDR_COLUMNS } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { interrupted, interruptibleSleep, isInterrupted, throwIfInterrupted } from "../core/interrupted.js";
import { makeFolder } from "../core/make-folder.js";
import { lockHolder, type ProcessLock } from "../core/process-lock.js";
import { runExclusive } from "../core/run-exclusive.js";
import { claimStream } from "./claim-stream.js";
import { commitBatch, type FreeIds, freeIds } from "./commit-batch.js";
import { Database, type Parameter } from "./database.js";
import { type DuckDBInstance, openDuckDb } from "./duckdb.js";
import { damageOf, diskError, isDamage, noStore, openError, parseHolder } from "./file-fault.js";
import { FileLife } from "./file-life.js";
import { isWriteConflict } from "./is-write-conflict.js";
import { type LogColumn, logColumns } from "./log-columns.js";
import { commitMysqlBatch } from "./mysql/commit-mysql-batch.js";
import { parseMysqlAddress } from "./mysql/mysql-address.js";
import { mysqlLogColumns } from "./mysql/mysql-log-columns.js";
import { MysqlMirror } from "./mysql/mysql-mirror.js";
import { MysqlServer } from "./mysql/mysql-server.js";
import type { CommittedBatch, NewBatch } from "./new-batch.js";
import { type StoreOptions, storeOptions } from "./options.js";
import { createTables, hasTables } from "./schema.js";
import { streamClaimFile } from "./stream-files.js";
import { YieldRequest } from "./yield-request.js";

/** What a lease may do, and who hears that it waits. */
export interface LeaseOptions {
  /** Makes the store where there is none: for what writes the first rows. Without it nothing is made by looking. */
  create?: boolean;
  /**
   * Gives a connection whose changes are not told to MySQL: for work that tells them itself, in fewer words.
   *
   * @internal
   */
  unjournaled?: boolean;
  signal?: AbortSignal | undefined;
  /** Called once, when another process works on the file. */
  onWait?: ((message: string) => void) | undefined;
}

/** Milliseconds that the file stays open after a batch, for the next one; an opened file costs more than a batch. */
const LINGER = 100;

/** Milliseconds after which the file is closed even between batches, for programs that know nothing of us. */
const LONGEST = 5000;

/** A checkpoint rewrites the whole key, so it comes after this much of new rows, and when the file is closed. */
const CHECKPOINT_AFTER = "64MB";

/** Leases of this process, those of other files among them. */
let working = 0;

/** Milliseconds that a process which has the file leaves it to others that wait. */
const YIELD = 300;

/**
 * The tables of one job, in a DuckDB file, or in a MySQL database of which a DuckDB file holds a copy to compute on.
 *
 * A DuckDB file has one writer process, and while it writes nobody else can even look. So nothing holds the file for
 * long: each piece of work takes a lease, and the file is closed when the last lease of this process ends. Batches that
 * follow each other keep it open, until another process asks for it.
 */
export class Store {
  /** The DuckDB file. */
  readonly path: string;
  /**
   * The MySQL database that the file is a copy of, or undefined.
   *
   * @internal
   */
  readonly mirror: MysqlMirror | undefined;
  readonly #wait: number;
  readonly #onWait: (message: string) => void;
  readonly #wanted: YieldRequest;
  #open: Promise<DuckDBInstance> | undefined;
  #opened = 0;
  #leases = 0;
  #closing: NodeJS.Timeout | undefined;
  #yieldUntil = 0;
  #broken = false;
  readonly #life: FileLife;
  /** What the opening of the file waits for, in words. */
  #waitsFor: string | undefined;
  /** A connection that waits for the next batch: to make one and its appenders takes as long as half a batch. */
  #kept: Database | undefined;
  /** Numbers that are free, as long as nothing but batches is written. */
  #free: FreeIds | undefined;

  /** @internal */
  constructor(path: string, waitSeconds: number, onWait: (message: string) => void, mirror?: MysqlMirror) {
    this.path = path;
    this.mirror = mirror;
    this.#wait = waitSeconds;
    this.#onWait = onWait;
    this.#wanted = new YieldRequest(path);
    // a copy of a database is kept, whatever becomes of the work
    this.#life = new FileLife(path, { keeps: mirror !== undefined });
  }

  /**
   * True where writing is what takes the time of a load, as in MySQL: it commits piece by piece there, and one that breaks off
   * resumes after the last piece. A DuckDB file takes a load in one transaction.
   */
  get commitsInPieces(): boolean {
    return this.mirror !== undefined;
  }

  /** Eight digits that name the store, for files that are derived from it and lie beside those of other stores. */
  get mark(): string {
    return createHash("sha256")
      .update(this.mirror?.server.place ?? this.path)
      .digest("hex")
      .slice(0, 8);
  }

  /**
   * Opens the file, works on it and closes it.
   *
   * @throws ChurnError NO_DATA when there is no store, unless `create` is set; STORE_BUSY when another process holds the file
   *   for longer than `wait_seconds`; STORE_DAMAGED when it is not a DuckDB file that this version can read
   */
  async lease<T>(work: (db: Database) => Promise<T>, options: LeaseOptions = {}): Promise<T> {
    working++;
    try {
      this.#free = undefined;
      return await this.#work(work, options, 0);
    } finally {
      working--;
      this.#free = undefined;
    }
  }

  /**
   * Writes a batch of rows with its row in the ledger, in one transaction; a batch that is there already is not written again.
   *
   * @throws ChurnError CONFLICT when the ledger has the batch with other content
   */
  commitBatch(batch: NewBatch, options: LeaseOptions = {}): Promise<CommittedBatch> {
    const { mirror } = this;
    // one after another, by whichever store of this process, so that no two take the same numbers
    return runExclusive(`commit ${this.path}`, () =>
      mirror
        ? commitMysqlBatch(mirror, batch, options.signal)
        : this.#work((db) => this.#commit(db, batch), { ...options, create: true }, LINGER),
    );
  }

  /** The columns of the record of this store, in order; those of a call record where there is no store yet. */
  async recordColumns(options: LeaseOptions = {}): Promise<readonly LogColumn[]> {
    const { mirror } = this;
    try {
      if (!mirror) return await this.#work(logColumns, options, LINGER);
      await mirror.ready();
      return await mirror.server.session(mysqlLogColumns);
    } catch (error) {
      if (error instanceof ChurnError && error.code === "NO_DATA") return CDR_COLUMNS;
      throw error;
    }
  }

  /**
   * Takes the right to stream into this store, which one process at a time has; a process that was killed loses it.
   *
   * @param what human-readable purpose of the lock, shown to other processes
   * @throws ChurnError ALREADY_RUNNING naming who has it
   */
  claimStream(what: string, options: LeaseOptions = {}): Promise<ProcessLock> {
    // nobody else can look while the file is ours
    return this.#work(async () => claimStream(this.#claimPath, what), options, LINGER);
  }

  /** Who streams into this store now, in whichever process; null when nobody does. */
  async streamHolder(): Promise<{ what: string; pid: number; since: string } | null> {
    const holder = lockHolder(this.#claimPath);
    return holder ? { what: holder.what, pid: holder.pid, since: holder.since } : null;
  }

  get #claimPath(): string {
    return streamClaimFile(this.path);
  }

  async #commit(db: Database, batch: NewBatch): Promise<CommittedBatch> {
    for (let attempt = 1; ; attempt++) {
      const free: FreeIds = this.#free ?? (await freeIds(db));
      this.#free = undefined;
      try {
        const done = await commitBatch(db, batch, free);
        const plain =
          done.written &&
          done.storedBefore === 0 &&
          done.merged === 0 &&
          done.rejected === (batch.rejects?.length ?? 0);
        if (plain && this.#leases === 1) this.#free = { ...free, batch: free.batch + 1, row: free.row + done.rows };
        return done;
      } catch (error) {
        if (attempt === 20 || !isWriteConflict(error)) throw error;
        await sleep(10 * attempt);
      }
    }
  }

  async #work<T>(work: (db: Database) => Promise<T>, options: LeaseOptions, linger: number): Promise<T> {
    this.#leases++;
    clearTimeout(this.#closing);
    try {
      this.#open ??= this.#acquire(options).catch((error: unknown) => {
        this.#open = undefined;
        throw error;
      });
      const instance = await this.#orStopped(this.#open, options.signal);
      const { db, plain } = await this.#connect(instance, linger > 0);
      // a batch is short, and once begun it ends
      const stop = () => linger === 0 && db.interrupt();
      options.signal?.addEventListener("abort", stop);
      try {
        throwIfInterrupted(options.signal, this.path);
        if (linger === 0) {
          await plain.run("RESET threads");
          await this.mirror?.pull(plain);
        }
        const done = await work(options.unjournaled ? plain : db);
        if (linger > 0) this.#kept ??= db;
        this.#life.worked(true);
        return done;
      } catch (error) {
        this.#life.worked(false);
        if (options.signal?.aborted) throw isInterrupted(error) ? error : interrupted(this.path, error);
        // after such an error DuckDB does nothing more until the file is opened again
        if (/FATAL Error|has been invalidated/.test(String(error))) this.#broken = true;
        throw damageOf(this.path, error) ?? diskError(this.path, error);
      } finally {
        options.signal?.removeEventListener("abort", stop);
        if (db !== this.#kept) db.close();
      }
    } finally {
      this.#leases--;
      if (this.#leases === 0 && this.#open) {
        const others = this.#wanted.isPending;
        const late = performance.now() - this.#opened > LONGEST;
        if (others) this.#yieldUntil = performance.now() + YIELD;
        if (linger > 0 && !others && !late && !this.#broken)
          this.#closing = setTimeout(() => void this.#close(), linger);
        else await this.#close();
      }
    }
  }

  /** Waits for the file, which a lease without a signal may be waiting for already, until the signal says stop. */
  async #orStopped(opening: Promise<DuckDBInstance>, signal: AbortSignal | undefined): Promise<DuckDBInstance> {
    if (!signal) return opening;
    const stopped = new AbortController();
    const stop = new Promise<never>((_, reject) => {
      const fail = () => reject(interrupted(this.#waitsFor ?? this.path, signal.reason));
      if (signal.aborted) fail();
      signal.addEventListener("abort", fail, { once: true, signal: stopped.signal });
    });
    try {
      return await Promise.race([opening, stop]);
    } finally {
      stopped.abort();
    }
  }

  /** Takes the connection that waits for batches, or makes one; `plain` is the same without a journal. */
  async #connect(instance: DuckDBInstance, forBatches: boolean): Promise<{ db: Database; plain: Database }> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept && forBatches) return { db: kept, plain: kept };
    kept?.close();
    const connection = await instance.connect();
    const plain = new Database(connection, undefined, { keepAppenders: forBatches });
    return { plain, db: this.mirror ? new Database(connection, this.mirror.journal(plain)) : plain };
  }

  async #close(): Promise<void> {
    const instance = this.#open;
    if (!instance || this.#leases > 0) return;
    this.#kept?.close();
    this.#kept = undefined;
    this.#open = undefined;
    this.#free = undefined;
    this.#broken = false;
    await instance.then(
      (opened) => this.#life.close(opened),
      () => {},
    );
  }

  /**
   * Asks the store a question in SQL.
   *
   * @returns an Arquero table; days are dates, numbers typed arrays
   */
  query(sql: string, parameters: Parameter[] = []): Promise<ColumnTable> {
    return this.lease((db) => db.table(sql, parameters));
  }

  /**
   * Looks whether there is a store, and makes nothing.
   *
   * @throws ChurnError NO_DATA when there is none
   */
  async mustExist(): Promise<void> {
    if (this.mirror) await this.mirror.mustExist();
    else if (!existsSync(this.path)) throw noStore(this.path);
  }

  async #acquire(options: LeaseOptions): Promise<DuckDBInstance> {
    if (!options.create) await this.mustExist();
    await makeFolder(dirname(this.path));
    if (this.#yieldUntil > performance.now()) await sleep(this.#yieldUntil - performance.now());
    const until = performance.now() + this.#wait * 1000;
    let told = false;
    for (let pause = 10; ; pause = Math.min(250, pause * 1.5)) {
      try {
        // shared with other stores of this process on the same file: its lock keeps out other processes only
        const isNew = !existsSync(this.path);
        const instance = await openDuckDb(this.path);
        const connection = await instance.connect();
        try {
          const db = new Database(connection);
          await db.run(`SET checkpoint_threshold = '${CHECKPOINT_AFTER}'`);
          // a batch has nothing to share among threads, and those that wait for one another ask again and again
          if (working === 0) await db.run("SET threads = 1");
          if (!options.create && !this.mirror && !(await hasTables(db))) throw noStore(this.path);
          await createTables(db);
        } catch (error) {
          instance.closeSync();
          throw error;
        } finally {
          connection.closeSync();
        }
        if (told) this.#wanted.withdraw();
        this.#opened = performance.now();
        this.#waitsFor = undefined;
        this.#life.opened(isNew);
        return instance;
      } catch (error) {
        const message = messageOf(error);
        if (this.mirror && isDamage(message)) {
          // a copy is not worth mending
          await rm(this.path, { force: true });
          await rm(`${this.path}.wal`, { force: true });
          continue;
        }
        // another store of this process makes the tables just now
        if (/write-write conflict/i.test(message) && performance.now() < until) {
          await sleep(pause);
          continue;
        }
        if (!/could not set lock|conflicting lock/i.test(message)) throw openError(this.path, message, error);
        const holder = parseHolder(message);
        if (performance.now() >= until) {
          throw new ChurnError("STORE_BUSY", `${this.path} is in use by ${holder}; waited ${this.#wait} s`, {
            cause: error,
            hint: "wait until it ends, stop it, or wait longer with --store.wait-seconds",
          });
        }
        this.#waitsFor = `waiting for ${basename(this.path)}, which is in use by ${holder}`;
        if (!told) (options.onWait ?? this.#onWait)(`${basename(this.path)} is in use by ${holder}; waiting`);
        told = true;
        this.#wanted.post();
        await interruptibleSleep(pause, options.signal, this.#waitsFor);
      }
    }
  }
}

/**
 * Names the store of a job; nothing is opened before the first lease.
 *
 * @param options `path` of the DuckDB file, or `url` of a MySQL database, and `wait_seconds`
 * @param onWait called when another process works on the file or the server is away; by default a line on stderr
 * @returns the store; its methods lease the database for as long as they work
 * @throws ChurnError BAD_OPTION for an address that cannot be used
 * @example
 * const store = openStore({ path: "data/churn.duckdb" });
 * await store.query("SELECT count(*) AS n FROM DP_CDR_Data");
 */
export function openStore(
  options: StoreOptions = {},
  onWait: (message: string) => void = (message) => console.warn(message),
): Store {
  const settings = storeOptions.parse(options);
  const path = resolve(settings.path);
  if (settings.url === null) return new Store(path, settings.wait_seconds, onWait);
  const address = parseMysqlAddress(settings.url);
  const server = new MysqlServer(address, settings, onWait);
  const words = [address.socket ?? `${address.host}_${address.port}`, address.database].join("_");
  const copy = join(dirname(path), `mysql_${words.replace(/[^\w.-]+/g, "_")}.duckdb`);
  return new Store(copy, settings.wait_seconds, onWait, new MysqlMirror(server, onWait));
}
