// Times a table out of DuckDB as columns: node bench/store/columns.js [rows] [rounds]
// Beside it the reader of DuckDB's own package, and the fetching of the chunks alone; each run in a process of its own.
import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { readColumns } from "../../dist/store/read-columns.js";

const [rows, rounds] = [process.argv[2] ?? 3_000_000, process.argv[3] ?? 5].map(Number);
const only = process.argv[4];
const instance = await DuckDBInstance.create();
const db = await instance.connect();
if (only)
  await db.run(`CREATE TABLE log AS SELECT DATE '2024-01-01' + CAST(i // 30000 AS INTEGER) AS day, CAST(491700000000 + i % 30000 AS VARCHAR) AS subscriber,
  i % 9 AS a, (i % 500) * CAST(1.37 AS DOUBLE) AS b, i % 7 AS c, (i % 800) / CAST(3 AS DOUBLE) AS d, i % 5 AS e, i % 30 AS f, sqrt(i) AS g, CAST(i % 2 AS TINYINT) AS label
  FROM range(${rows}) t(i)`);
const works = {
  "readColumns, typed arrays": async () => (await readColumns(await db.stream("FROM log"))).day.length,
  "DuckDB's getColumnsObject": async () => (await (await db.runAndReadAll("FROM log")).getColumnsObject()).day.length,
  "fetching the chunks alone": async () => {
    const result = await db.stream("FROM log");
    let count = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk?.rowCount) return count;
      count += chunk.rowCount;
    }
  },
};
const measure = async (work) => {
  const [start, before] = [performance.now(), process.cpuUsage()];
  if ((await work()) !== rows) throw new Error("rows are missing");
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
};
if (only) {
  await measure(works[only]);
  console.log(JSON.stringify(await measure(works[only])));
  process.exit();
}
const runs = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const name of Object.keys(works)) {
    runs[name].push(JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), rows, rounds, name])));
  }
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
for (const [name, of] of Object.entries(runs)) {
  const [wall, cpu] = ["wall", "cpu"].map((key) => median(of.map((run) => run[key])));
  console.log(`${name}: ${rows} rows x 10 in ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s`);
}
console.log(`load ${loadavg()[0].toFixed(1)}`);
