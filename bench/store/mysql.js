// Times a load of a csv.gz with validation, and a stream, into a MariaDB server that it starts: node bench/store/mysql.js [rows] [rounds]
// Beside it mysql2 alone (LOAD DATA from a stream, multi-row INSERT) and pandas' to_sql, into tables with the same key; nothing is checked there.
import { execFileSync, spawn } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { createConnection } from "mysql2/promise";
import { loadFile } from "../../dist/load/load-file.js";
import { loadOptions } from "../../dist/load/options.js";
import { openStore } from "../../dist/store/open-store.js";
import { stream } from "../../dist/stream/stream.js";
import { writeLog } from "./write-log.js";

const [rows, rounds] = [process.argv[2] ?? 1_000_000, process.argv[3] ?? 3].map(Number);
const folder = mkdtempSync(join(tmpdir(), "bench-mysql-"));
const path = join(folder, "log.csv.gz");
writeLog(path, rows);

/** A server with its own settings as they come: a commit waits for the disk. */
async function startServer() {
  const data = join(folder, "data");
  const socket = join(folder, "s.sock");
  execFileSync(
    "mariadb-install-db",
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"],
    { stdio: "ignore" },
  );
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const child = spawn(
    "mariadbd",
    [
      "--no-defaults",
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--user=root",
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])
    process.once(signal, () => stop().then(() => process.exit(status)));
  const root = async (sql) => {
    const connection = await createConnection({ socketPath: socket, user: "root", multipleStatements: true });
    const result = await connection.query(sql);
    await connection.end();
    return result[0];
  };
  for (let i = 0; ; i++) {
    try {
      await root("CREATE USER bench@'127.0.0.1'; GRANT ALL ON *.* TO bench@'127.0.0.1'");
      break;
    } catch (error) {
      if (i === 100) throw error;
      await sleep(100);
    }
  }
  /** CPU seconds of the server so far. */
  const cpu = () => {
    const [user, system] = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  };
  return { port, root, stop, cpu };
}

const server = await startServer();
let databases = 0;
async function database() {
  const name = `bench_${++databases}`;
  await server.root(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return name;
}
const TABLE = `CREATE TABLE log (DP_DATE DATE NOT NULL, DP_MSISDN VARCHAR(255) NOT NULL, a BIGINT, b DOUBLE, c BIGINT, d DOUBLE, e BIGINT, f BIGINT, g BIGINT, h DOUBLE, i TINYINT,
  PRIMARY KEY (DP_DATE, DP_MSISDN)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
const connect = (name) => createConnection({ host: "127.0.0.1", port: server.port, user: "bench", database: name });

const ours = (way) => async () => {
  const name = await database();
  await server.root(`SET GLOBAL local_infile = ${way === "LOAD DATA" ? 1 : 0}`);
  const url = `mysql://bench@127.0.0.1:${server.port}/${name}`;
  const store = openStore({ path: join(folder, "x.duckdb"), url }, () => {});
  // the tables are there, as they would be
  await store.lease(async () => {});
  return {
    name,
    async work() {
      const file = { path, format: "csv", delimiter: ",", sha256: "bench", rows };
      const result = await loadFile(store, file, loadOptions.parse({}));
      if (result.rows !== rows) throw new Error(`${result.rows} of ${rows} rows`);
    },
  };
};
const loadData = async () => {
  const name = await database();
  await server.root(`SET GLOBAL local_infile = 1; USE ${name}; ${TABLE}`);
  const work = async () => {
    const connection = await connect(name);
    await connection.query({
      sql: "LOAD DATA LOCAL INFILE 'log.csv' INTO TABLE log FIELDS TERMINATED BY ',' IGNORE 1 LINES",
      infileStreamFactory: () => createReadStream(path).pipe(createGunzip()),
    });
    await connection.end();
  };
  return { name, work };
};
const inserts = async () => {
  const name = await database();
  await server.root(`USE ${name}; ${TABLE}`);
  const work = async () => {
    const connection = await connect(name);
    await connection.query("START TRANSACTION");
    const text = gunzipSync(readFileSync(path)).toString().trimEnd().split("\n").slice(1);
    for (let from = 0; from < text.length; from += 5000) {
      const values = text.slice(from, from + 5000).map((line) => {
        const [day, who, ...numbers] = line.split(",");
        return [day, who, ...numbers.map(Number)];
      });
      await connection.query("INSERT INTO log VALUES ?", [values]);
    }
    await connection.query("COMMIT");
    await connection.end();
  };
  return { name, work };
};
const pandas = async () => {
  const python = join(tmpdir(), "bench-store-venv", "bin", "python");
  if (!existsSync(python)) {
    execFileSync("python3", ["-m", "venv", join(tmpdir(), "bench-store-venv")]);
    execFileSync(python, ["-m", "pip", "install", "-q", "pandas==2.3.3", "sqlalchemy==2.0.43", "pymysql==1.1.2"]);
  }
  const name = await database();
  await server.root(`USE ${name}; ${TABLE}`);
  const script = `
import pandas, sqlalchemy
rows = pandas.read_csv(${JSON.stringify(path)}, dtype={"DP_MSISDN": str})
rows.columns = ["DP_DATE", "DP_MSISDN", "a", "b", "c", "d", "e", "f", "g", "h", "i"]
engine = sqlalchemy.create_engine("mysql+pymysql://bench@127.0.0.1:${server.port}/${name}")
with engine.begin() as connection:
    rows.to_sql("log", connection, if_exists="append", index=False, method="multi", chunksize=5000)
`;
  const work = async () => {
    const child = spawn(python, ["-c", script], { stdio: ["ignore", "inherit", "inherit"] });
    await new Promise((resolve, reject) =>
      child.once("exit", (code) => (code ? reject(new Error(`python: ${code}`)) : resolve())),
    );
  };
  return { name, work };
};

const works = {
  "ours by LOAD DATA": ours("LOAD DATA"),
  "mysql2, LOAD DATA from a stream": loadData,
  "ours by multi-row INSERT": ours("INSERT"),
  "mysql2, multi-row INSERT": inserts,
  ...(process.env.BENCH_PANDAS === "0" ? {} : { "pandas to_sql": pandas }),
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const runs = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
try {
  for (let round = 0; round < rounds; round++) {
    for (const [name, prepare] of Object.entries(works)) {
      const { name: used, work } = await prepare();
      const [start, before, there] = [performance.now(), process.cpuUsage(), server.cpu()];
      await work();
      const { user, system } = process.cpuUsage(before);
      runs[name].push({
        wall: (performance.now() - start) / 1000,
        cpu: (user + system) / 1e6,
        server: server.cpu() - there,
      });
      await server.root(`DROP DATABASE ${used}`);
    }
  }
  for (const [name, of] of Object.entries(runs)) {
    const [wall, cpu, there] = ["wall", "cpu", "server"].map((key) => median(of.map((run) => run[key])));
    console.log(
      `${name}: ${rows} rows in ${wall.toFixed(2)} s, ${Math.round(rows / wall).toLocaleString("en-US")} rows/s, CPU ${cpu.toFixed(2)} s and ${there.toFixed(2)} s in the server`,
    );
  }

  const [batches, size] = [200, 1000];
  const { name } = await ours("LOAD DATA")();
  const store = openStore(
    { path: join(folder, "x.duckdb"), url: `mysql://bench@127.0.0.1:${server.port}/${name}` },
    () => {},
  );
  const file = { path, format: "csv", delimiter: ",", sha256: "bench", rows };
  await loadFile(store, file, loadOptions.parse({}));
  const options = { batch_size: size, num_batches: batches, interval: 0, data_dir: folder };
  await stream(store, { ...options, num_batches: 1 });
  const times = [];
  const [start, before, there] = [performance.now(), process.cpuUsage(), server.cpu()];
  await stream(store, options, { onBatch: ({ seconds }) => times.push(seconds * 1000) });
  const wall = times.reduce((sum, time) => sum + time, 0) / 1000;
  const { user, system } = process.cpuUsage(before);
  console.log(
    `stream: ${Math.round((times.length * size) / wall).toLocaleString("en-US")} rows/s, median of a batch ${median(times).toFixed(1)} ms; ${((performance.now() - start) / 1000).toFixed(1)} s in all, CPU ${((user + system) / 1e6).toFixed(2)} s and ${(server.cpu() - there).toFixed(2)} s in the server`,
  );
  console.log(`load ${loadavg()[0].toFixed(1)}`);
} finally {
  await server.stop();
}
