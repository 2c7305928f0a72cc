import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { interruptibleSleep } from "../../core/interrupted.js";
import type { StoreSettings } from "../options.js";
import { coreConnection } from "./core-connection.js";
import { describePlace, type MysqlAddress } from "./mysql-address.js";
import { isAway, isContended, type RoleOfServer, STORE_ROLE, storeError } from "./mysql-faults.js";

/** Milliseconds after which an idle connection is asked whether it lives before work is given to it. */
const IDLE = 2000;
const MAX_IDLE = 4;

/** Most characters of a statement that is put together of rows. */
const STATEMENT = 1 << 20;

interface Pooled {
  connection: Connection;
  usedAt: number;
}

/** How a transaction tells what became of a commit whose answer was lost. */
export interface TransactionOptions<T> {
  /** Looks whether the transaction is in the database, after the connection was lost while it committed. */
  committed?: (session: MysqlSession) => Promise<T | undefined>;
  signal?: AbortSignal | undefined;
}

/**
 * A MySQL or MariaDB server: a few connections that are kept while idle, and patience while it is away.
 *
 * Idle connections do not keep the process alive, so nothing has to be closed.
 */
export class MysqlServer {
  readonly place: string;
  readonly #address: MysqlAddress;
  readonly #wait: number;
  readonly #onWait: (message: string) => void;
  readonly #role: RoleOfServer;
  /** Milliseconds that a statement may take. */
  readonly timeout: number;
  readonly #idle: Pooled[] = [];
  #longest = STATEMENT;

  constructor(
    address: MysqlAddress,
    { wait_seconds, statement_seconds }: Pick<StoreSettings, "wait_seconds" | "statement_seconds">,
    onWait: (message: string) => void,
    role: RoleOfServer = STORE_ROLE,
  ) {
    this.place = describePlace(address);
    this.#address = address;
    this.#wait = wait_seconds;
    this.timeout = statement_seconds * 1000;
    this.#onWait = onWait;
    this.#role = role;
  }

  get database(): string {
    return this.#address.database;
  }

  /** Characters of a statement that the server takes for sure, of which each has up to three bytes; known when it was connected to. */
  get longestStatement(): number {
    return this.#longest;
  }

  /** Works on one connection; begins again, whole, when the server went away. So the work must only read, or be idempotent. */
  session<T>(work: (session: MysqlSession) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#patiently(async () => {
      const pooled = await this.#take();
      try {
        const result = await work(new MysqlSession(pooled.connection, this));
        this.#put(pooled);
        return result;
      } catch (error) {
        pooled.connection.destroy();
        throw error;
      }
    }, signal);
  }

  /**
   * Runs work in one transaction, again from its start after a deadlock, a lock that took too long or a lost server.
   *
   * When the connection is lost while the commit is under way, `committed` looks whether it arrived: no transaction is lost
   * and none is done twice.
   */
  transaction<T>(work: (session: MysqlSession) => Promise<T>, options: TransactionOptions<T> = {}): Promise<T> {
    let inDoubt = false;
    return this.session(async (session) => {
      if (inDoubt) {
        const found = await options.committed?.(session);
        if (found !== undefined) return found;
        inDoubt = false;
      }
      await session.run("START TRANSACTION");
      const result = await work(session);
      inDoubt = true;
      await session.run("COMMIT");
      inDoubt = false;
      return result;
    }, options.signal);
  }

  /** Ends the connections that are idle, with the transactions that were left open in them. */
  close(): void {
    for (const { connection } of this.#idle.splice(0)) connection.destroy();
  }

  /** Tries until it succeeds, the fault is permanent, or the time is over; says once that it waits. */
  async #patiently<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    let since: number | undefined;
    let told = false;
    for (let pause = 20; ; pause = Math.min(1000, pause * 2)) {
      try {
        const result = await work();
        if (told) this.#onWait(`${this.place} is back`);
        return result;
      } catch (error) {
        const away = isAway(error);
        if (!away && !isContended(error)) throw storeError(error, this.place, this.#role);
        since ??= Date.now();
        if (Date.now() - since + pause > this.#wait * 1000) throw storeError(error, this.place, this.#role, this.#wait);
        if (away && !told && pause > 20) {
          this.#onWait(`${this.place} cannot be reached; waiting`);
          told = true;
        }
        await interruptibleSleep(pause * (0.5 + Math.random() / 2), signal, `waiting for ${this.place}`);
      }
    }
  }

  async #take(): Promise<Pooled> {
    for (let pooled = this.#idle.pop(); pooled; pooled = this.#idle.pop()) {
      keepAlive(pooled.connection, true);
      try {
        if (Date.now() - pooled.usedAt > IDLE) await answers(pooled.connection);
        return pooled;
      } catch {
        // it died while idle: a server that was restarted, a firewall
        pooled.connection.destroy();
      }
    }
    return { connection: await this.#connect(), usedAt: Date.now() };
  }

  #put(pooled: Pooled): void {
    if (this.#idle.length >= MAX_IDLE) {
      pooled.connection.destroy();
      return;
    }
    pooled.usedAt = Date.now();
    keepAlive(pooled.connection, false);
    this.#idle.push(pooled);
  }

  async #connect(): Promise<Connection> {
    // loaded when a MySQL store is used, and only then
    const { createConnection } = await import("mysql2/promise");
    const { host, port, socket, user, password, database, tls } = this.#address;
    const connection = await createConnection({
      ...(socket ? { socketPath: socket } : { host, port }),
      user,
      password: password ?? undefined,
      database,
      ...(tls
        ? { ssl: { ...tls, ...(tls.checkName ? {} : { checkServerIdentity: () => undefined }), minVersion: "TLSv1.2" } }
        : {}),
      charset: "utf8mb4_bin",
      timezone: "Z",
      connectTimeout: 10_000,
      enableKeepAlive: true,
      // an update that changes nothing must count as nothing
      flags: ["-FOUND_ROWS"],
      supportBigNumbers: true,
      dateStrings: true,
      multipleStatements: false,
      infileStreamFactory: () => {
        throw new Error("the server asked for a file that was not offered");
      },
    } as Parameters<typeof createConnection>[0]);
    connection.on("error", () => {}); // a lost connection shows itself in the next statement
    await connection.query(
      `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', time_zone = '+00:00', innodb_lock_wait_timeout = ${Math.max(1, Math.min(10, Math.floor(this.timeout / 2000)))}, ${isMariaDb(connection) ? "tx_isolation" : "transaction_isolation"} = 'READ-COMMITTED'`,
    );
    const [[found]] = await connection.query<RowDataPacket[]>("SELECT @@max_allowed_packet AS packet");
    this.#longest = Math.min(STATEMENT, Math.floor((Number(found?.packet) - 4096) / 3));
    return connection;
  }
}

/** Milliseconds in which a connection that is alive answers. */
const PING = 3000;

/** Fails when a connection does not answer. */
async function answers(connection: Connection): Promise<void> {
  await connection.query({ sql: "DO 0", timeout: PING });
}

function isMariaDb(connection: Connection): boolean {
  return /mariadb/i.test(coreConnection(connection)._handshakePacket?.serverVersion ?? "");
}

function keepAlive(connection: Connection, yes: boolean): void {
  const { stream } = coreConnection(connection);
  if (yes) stream?.ref?.();
  else stream?.unref?.();
}

/** A value of a MySQL statement: `?` in its place. */
type MysqlScalar = string | number | bigint | boolean | null | Buffer;
export type MysqlValue = MysqlScalar | readonly (MysqlScalar | readonly MysqlScalar[])[];

/** One connection, as long as its work lasts. */
export class MysqlSession {
  readonly connection: Connection;
  readonly server: MysqlServer;

  constructor(connection: Connection, server: MysqlServer) {
    this.connection = connection;
    this.server = server;
  }

  #statement(sql: string, values: readonly MysqlValue[]) {
    return { sql, values: [...values], timeout: this.server.timeout };
  }

  /** Runs one statement and gives the number of rows that it changed. */
  async run(sql: string, values: readonly MysqlValue[] = []): Promise<number> {
    const [result] = await this.connection.query<ResultSetHeader>(this.#statement(sql, values));
    return result.affectedRows ?? 0;
  }

  /** Reads a small result as objects. */
  async rows<Row>(sql: string, values: readonly MysqlValue[] = []): Promise<Row[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(this.#statement(sql, values));
    return rows as Row[];
  }

  /** Reads the first row of a small result. */
  async row<Row>(sql: string, values: readonly MysqlValue[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, values))[0];
  }
}

/** Quotes a name for MySQL. */
export function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
