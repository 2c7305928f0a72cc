import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "../../core/errors.js";
import { type Database, type Journal, runSteps, type TransactionSteps } from "../database.js";
import { noStore } from "../file-fault.js";
import { bulkWay } from "./bulk-write.js";
import { findLegacyTables, type LegacyState, readLegacyTables } from "./legacy-tables.js";
import { ensureMysqlSchema, schemaVersion } from "./mysql-schema.js";
import type { MysqlServer } from "./mysql-server.js";
import { type Before, findWrites, lookBefore } from "./partitions.js";
import { CACHE_TABLE, pullChanges } from "./pull-changes.js";
import { type PushAhead, pushAhead, pushChanges, WriteConflict } from "./push-changes.js";

/** How often work is done again because another session changed the same rows. */
const ATTEMPTS = 6;

/**
 * A MySQL database whose rows a DuckDB file holds a copy of: MySQL is the truth, the file is where the computing is done and
 * may be deleted at any time.
 */
export class MysqlMirror {
  readonly server: MysqlServer;
  readonly #onFetch: (message: string) => void;
  #legacy: Promise<LegacyState | undefined> | undefined;
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

  /**
   * Looks at the database once: makes its tables, or brings them up to date.
   *
   * @throws ChurnError STORE_READ_ONLY when it holds records of another form, which are only read
   */
  async ready(): Promise<void> {
    const legacy = await this.#prepare();
    if (legacy) throw this.#readOnly();
  }

  /**
   * Looks whether the database has tables of ours, or records that can be read, and makes nothing.
   *
   * @throws ChurnError NO_DATA when it has none
   */
  async mustExist(): Promise<void> {
    if (this.#legacy) return;
    const found = await this.server.session(
      async (session) => (await schemaVersion(session)) !== null || (await findLegacyTables(session)) !== undefined,
    );
    if (!found) throw noStore(this.server.place);
  }

  /** Facts about the server for people: its version, whether files can be streamed to it, whether the line is encrypted. */
  async describe(): Promise<string> {
    const { server } = this;
    return server.session(async (session) => {
      const found = await session.row<{ version: string }>("SELECT VERSION() AS version");
      const cipher = await session.row<{ Value: string }>("SHOW SESSION STATUS LIKE 'Ssl_version'");
      const line = cipher?.Value ? cipher.Value : "no TLS";
      return `${/maria/i.test(found?.version ?? "") ? "" : "MySQL "}${found?.version}, ${server.place}, ${line}, loads by ${await bulkWay(session)}`;
    });
  }

  #prepare(): Promise<LegacyState | undefined> {
    this.#legacy ??= this.server.session(ensureMysqlSchema).catch((error: unknown) => {
      this.#legacy = undefined;
      throw error;
    });
    return this.#legacy;
  }

  #readOnly(): ChurnError {
    return new ChurnError(
      "STORE_READ_ONLY",
      `${this.server.place} holds records as texts, without keys: they can be read, and nothing can be written`,
      { hint: "churn store migrate --dry-run says what typing them would bring; churn store migrate does it" },
    );
  }

  async #pull(db: Database): Promise<void> {
    const legacy = await this.#prepare();
    await db.run(CACHE_TABLE);
    if (legacy?.migrating) {
      throw new ChurnError("STORE_DAMAGED", `${this.server.place}: a migration was begun and has not come to its end`, {
        hint: "churn store migrate",
      });
    }
    if (legacy) {
      await this.server.session((session) => readLegacyTables(db, session, legacy));
      return;
    }
    await pullChanges(db, this.server, (rows) => {
      if (rows >= 100_000) this.#onFetch(`fetching ${rows.toLocaleString("en-US")} rows from ${this.server.place}`);
    });
  }

  /** The journal of one lease. `db` is its connection without a journal. */
  journal(db: Database): Journal {
    const { server } = this;
    const ready = () => this.ready();
    let running: { before: Map<string, Before>; ahead?: PushAhead } = { before: new Map() };
    const transaction = async <T>(_db: Database, steps: TransactionSteps<T>): Promise<T> => {
      for (let attempt = 1; ; attempt++) {
        running = { before: new Map() };
        try {
          return await runSteps({
            ...steps,
            commit: async () => {
              if (running.before.size) await ready();
              await pushChanges(db, server, running.before, running.ahead);
              await steps.commit();
            },
          });
        } catch (error) {
          await running.ahead?.abandon(error);
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
      concerns: (sql) => findWrites(sql).length > 0 && !/\b(TEMP|TEMPORARY)\b/i.test(sql),
      beforeStatement: (_db, sql) => lookBefore(db, running.before, sql),
      beforeRows: async (_db, rows) => {
        await lookBefore(db, running.before, `INSERT INTO ${rows.table}`);
        // what was taken out here has to be out of MySQL first
        if (running.before.get(rows.table)?.content) return;
        await ready();
        running.ahead ??= await pushAhead(db, server, rows);
      },
    };
  }
}
