import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "../../core/errors.js";
import { type Database, type Journal, runSteps, type TransactionSteps } from "../database.js";
import { inMemory } from "../memory-database.js";
import { createTables } from "../schema.js";
import { readCatalog } from "./cache-catalog.js";
import { ensureMysqlSchema } from "./mysql-schema.js";
import type { MysqlServer } from "./mysql-server.js";
import { type Fingerprints, fingerprints, tablesWritten } from "./parts.js";
import { CACHE_TABLE, pullChanges } from "./pull-changes.js";
import { pushChanges, WriteConflict } from "./push-changes.js";

/** How often work is done again because another session changed the same rows. */
const ATTEMPTS = 6;

/**
 * A MySQL database whose rows a DuckDB file holds a copy of: MySQL is the truth, the file is where the computing is done and
 * may be deleted at any time.
 */
export class MysqlMirror {
  readonly server: MysqlServer;
  readonly #onFetch: (message: string) => void;
  #ready: Promise<void> | undefined;
  #pulling: Promise<void> = Promise.resolve();

  constructor(server: MysqlServer, onFetch: (message: string) => void) {
    this.server = server;
    this.#onFetch = onFetch;
  }

  /** Brings the copy up to date; one pull at a time in a process. */
  pull(db: Database): Promise<void> {
    const next = this.#pulling.then(() => this.#pull(db));
    this.#pulling = next.catch(() => {});
    return next;
  }

  /** Looks at the database once: makes its tables, or brings them up to date. */
  ready(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #pull(db: Database): Promise<void> {
    await this.ready();
    await db.run(CACHE_TABLE);
    await pullChanges(db, this.server, (rows) => {
      if (rows >= 100_000) this.#onFetch(`fetching ${rows.toLocaleString("en-US")} rows from ${this.server.place}`);
    });
  }

  async #prepare(): Promise<void> {
    // the tables of a new DuckDB file are the model of those in MySQL
    const tables = await inMemory(async (db) => {
      await createTables(db);
      return readCatalog(db);
    });
    await this.server.session((session) => ensureMysqlSchema(session, tables));
  }

  /** The journal of one lease. `db` is its connection without a journal. */
  journal(db: Database): Journal {
    const { server } = this;
    let before = new Map<string, Fingerprints>();
    const transaction = async <T>(_db: Database, steps: TransactionSteps<T>): Promise<T> => {
      for (let attempt = 1; ; attempt++) {
        before = new Map();
        try {
          return await runSteps({
            ...steps,
            commit: async () => {
              await pushChanges(db, server, before);
              await steps.commit();
            },
          });
        } catch (error) {
          if (!(error instanceof WriteConflict)) throw error;
          if (attempt === ATTEMPTS) {
            throw new ChurnError("STORE_BUSY", `${server.place}: other sessions keep changing the same rows`, {
              cause: error,
              hint: "run it again when they are done",
            });
          }
          await sleep(50 * attempt * Math.random());
          await this.pull(db);
        }
      }
    };
    return {
      transaction,
      concerns: (sql) => tablesWritten(sql).length > 0 && !/\b(TEMP|TEMPORARY)\b/i.test(sql),
      beforeStatement: async (_db, sql) => {
        for (const table of tablesWritten(sql)) {
          if (!before.has(table)) before.set(table, await fingerprints(db, table));
        }
      },
    };
  }
}
