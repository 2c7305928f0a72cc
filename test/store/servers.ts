import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";

/** A database server of our own: in a folder of its own, on a free port of the loopback. */
export interface TestServer {
  port: number;
  socket: string;
  /** Address of a database that is made for the caller; user and password come with it in the environment. */
  database(): Promise<{ url: string; name: string }>;
  /** Runs statements as root. */
  root(sql: string, database?: string): Promise<unknown[]>;
  /** kill -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server where it is, or lets it continue: it answers nothing then, and closes nothing. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

/** The servers that the store is tried on. */
export type ServerName = "MariaDB" | "MySQL 9.7";

/** A data folder that was just made, and how its server is started. */
interface Place {
  /** The folder as this process sees it. */
  folder: string;
  /** Command, arguments before those of every server, and the folder as the server sees it. */
  command: string;
  first: string[];
  inside: string;
  options: string[];
  /** The user that the server runs as, where it is another one than ours. */
  owner?: string;
}

/** Makes a data folder `data` in a folder of its own. */
const PLACES: Record<ServerName, () => Place> = {
  MariaDB() {
    const folder = mkdtempSync(join(tmpdir(), "churn-db-"));
    const user = process.getuid?.() === 0 ? ["--user=root"] : [];
    execFileSync(
      "mariadb-install-db",
      [
        ...["--no-defaults", `--datadir=${join(folder, "data")}`, "--auth-root-authentication-method=normal"],
        ...["--skip-test-db", ...user],
      ],
      { stdio: "ignore" },
    );
    return { folder, command: "mariadbd", first: [], inside: folder, options: [...user, "--skip-log-bin"] };
  },
  "MySQL 9.7"() {
    const root = process.env.CHURN_TEST_MYSQL ?? "";
    const folder = mkdtempSync(join(root, "tmp", "churn-db-"));
    const inside = folder.slice(root.length);
    execFileSync("cp", ["-a", join(root, "var/lib/mysql-empty"), join(folder, "data")]);
    // its binary log stays on, as it is by default
    const options = ["--user=mysql", "--mysqlx=OFF", "--secure-file-priv=", "--innodb-redo-log-capacity=32M"];
    return { folder, command: "chroot", first: [root, "mysqld"], inside, options, owner: "mysql" };
  },
};

const INSTALL: Record<ServerName, string> = {
  MariaDB: "apt-get install mariadb-server",
  "MySQL 9.7": "sudo test/store/mysql-root.sh FOLDER, and FOLDER in CHURN_TEST_MYSQL (the tests need root, too)",
};

function isHere(name: ServerName): boolean {
  if (name === "MySQL 9.7") {
    return process.getuid?.() === 0 && existsSync(join(process.env.CHURN_TEST_MYSQL || "/none", "usr/sbin/mysqld"));
  }
  try {
    execFileSync("sh", ["-c", "command -v mariadbd"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * The servers that tests run on: one that is not installed is skipped, loudly; in CI that is a fault.
 *
 * @param names those that are wanted
 */
export function serversHere(names: readonly ServerName[] = ["MariaDB", "MySQL 9.7"]): ServerName[] {
  return names.filter((name) => {
    if (isHere(name) || process.env.CI) return true;
    console.warn(`tests on ${name} are skipped: it is not installed → ${INSTALL[name]}`);
    return false;
  });
}

export const USER = "churn";
export const PASSWORD = "se'cret \"pass\\word";

/**
 * Starts a server in a new folder; the password of its user goes into the environment.
 *
 * @param given.files that the server reads: copied to where it sees them
 * @param given.options further options; `at` gives the path of a file as the server sees it
 */
export async function startServer(
  name: ServerName,
  given: { files?: string[]; options?: (at: (file: string) => string) => string[] } = {},
): Promise<TestServer> {
  if (!isHere(name)) throw new Error(`there is no ${name} → ${INSTALL[name]}`);
  const place = PLACES[name]();
  for (const file of given.files ?? []) copyFileSync(file, join(place.folder, basename(file)));
  if (place.owner) execFileSync("chroot", [place.first[0] ?? "/", "chown", "-R", place.owner, place.inside]);
  const options = [...serverOptions(place), ...(given.options?.((file) => join(place.inside, file)) ?? [])];
  const socket = join(place.folder, "s.sock");
  const port = await freePort();
  let child: ChildProcess | undefined;
  const connect = (database?: string) =>
    createConnection({ socketPath: socket, user: "root", multipleStatements: true, ...(database ? { database } : {}) });
  let databases = 0;

  const server: TestServer = {
    port,
    socket,
    async database() {
      const database = `RawData_${++databases}`;
      await server.root(`CREATE DATABASE ${database} CHARACTER SET utf8mb4;
        GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, CREATE ROUTINE, ALTER ROUTINE, EXECUTE ON ${database}.* TO '${USER}'@'127.0.0.1'`);
      return { url: `mysql://${USER}@127.0.0.1:${port}/${database}`, name: database };
    },
    async root(sql, database) {
      const connection = await connect(database);
      try {
        return (await connection.query(sql))[0] as unknown[];
      } finally {
        connection.destroy();
      }
    },
    async kill() {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGKILL");
      await ended;
    },
    freeze(frozen) {
      child?.kill(frozen ? "SIGSTOP" : "SIGCONT");
    },
    async start() {
      child = spawn(place.command, [...place.first, ...options, `--port=${port}`], { stdio: "ignore" });
      for (let i = 0; i < 300 && child.exitCode === null; i++) {
        try {
          (await connect()).destroy();
          return;
        } catch {
          await sleep(100);
        }
      }
      throw new Error(`${name} does not answer`);
    },
    async close() {
      await server.kill();
      rmSync(place.folder, { recursive: true, force: true });
    },
  };
  await server.start();
  await server.root(
    `CREATE USER '${USER}'@'127.0.0.1' IDENTIFIED BY '${PASSWORD.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`,
  );
  process.env.CHURN_MYSQL_PASSWORD = PASSWORD;
  return server;
}

function serverOptions({ inside, options }: Place): string[] {
  const at = (name: string) => join(inside, name);
  return [
    ...["--no-defaults", `--datadir=${at("data")}`, `--socket=${at("s.sock")}`, `--pid-file=${at("pid")}`],
    // what is killed here is the server, not the machine: no commit has to wait for the disk
    ...["--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0"],
    ...["--innodb-buffer-pool-size=128M", "--max-connections=1000", "--performance-schema=OFF", ...options],
  ];
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
