import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const PROGRAMS = ["mariadbd", "mysqld"];

/** The server program that is installed, or undefined. */
export function serverProgram(): string | undefined {
  return PROGRAMS.find((program) => {
    try {
      execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether tests on MySQL run: they are skipped, loudly, where no server is installed; in CI a missing server is a fault. */
export function withServer(): boolean {
  if (serverProgram() || process.env.CI) return true;
  console.warn("MySQL tests are skipped: there is no server program → apt-get install mariadb-server");
  return false;
}

export const USER = "churn";
export const PASSWORD = "se'cret \"pass\\word";

export async function startServer(options: string[] = []): Promise<TestServer> {
  const program = serverProgram();
  if (!program) throw new Error("there is no MySQL or MariaDB server → apt-get install mariadb-server");
  const folder = mkdtempSync(join(tmpdir(), "churn-db-"));
  const data = join(folder, "data");
  const socket = join(folder, "s.sock");
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  if (program === "mariadbd") {
    execFileSync(
      "mariadb-install-db",
      ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...user],
      { stdio: "ignore" },
    );
  } else {
    execFileSync(program, ["--no-defaults", "--initialize-insecure", `--datadir=${data}`, ...user], {
      stdio: "ignore",
    });
  }
  const port = await freePort();
  let child: ChildProcess | undefined;
  const connect = (database?: string) =>
    createConnection({ socketPath: socket, user: "root", multipleStatements: true, ...(database ? { database } : {}) });
  let databases = 0;

  const server: TestServer = {
    port,
    socket,
    async database() {
      const name = `RawData_${++databases}`;
      await server.root(`CREATE DATABASE ${name} CHARACTER SET utf8mb4;
        GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, CREATE ROUTINE, ALTER ROUTINE, EXECUTE ON ${name}.* TO '${USER}'@'127.0.0.1'`);
      return { url: `mysql://${USER}@127.0.0.1:${port}/${name}`, name };
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
      if (!running || running.exitCode !== null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGKILL");
      await ended;
    },
    freeze(frozen) {
      child?.kill(frozen ? "SIGSTOP" : "SIGCONT");
    },
    async start() {
      child = spawn(
        program,
        [
          ...["--no-defaults", `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, "--bind-address=127.0.0.1"],
          ...[
            "--skip-log-bin",
            "--innodb-buffer-pool-size=128M",
            `--pid-file=${join(folder, "pid")}`,
            ...user,
            ...options,
          ],
        ],
        { stdio: "ignore" },
      );
      for (let i = 0; i < 300; i++) {
        try {
          (await connect()).destroy();
          return;
        } catch {
          await sleep(100);
        }
      }
      throw new Error(`${program} does not answer`);
    },
    async close() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  await server.root(
    `CREATE USER '${USER}'@'127.0.0.1' IDENTIFIED BY '${PASSWORD.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`,
  );
  process.env.CHURN_MYSQL_PASSWORD = PASSWORD;
  return server;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
