// Times a load of a csv.gz with validation against DuckDB's own reader into a table with the same key: node bench/store/load.js [rows]
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { loadFile } from "../../dist/load/load-file.js";
import { loadOptions } from "../../dist/load/options.js";
import { openStore } from "../../dist/store/open-store.js";
import { writeLog } from "./write-log.js";

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "bench-load-"));
const path = join(folder, "log.csv.gz");
writeLog(path, rows);

const ours = async (round) => {
  const store = openStore({ path: join(folder, `ours-${round}.duckdb`) });
  const file = { path, format: "csv", delimiter: ",", sha256: "bench", rows };
  const result = await loadFile(store, file, loadOptions.parse({}));
  if (result.rows !== rows) throw new Error(`${result.rows} of ${rows} rows`);
};
const theirs = async (round) => {
  const instance = await DuckDBInstance.create(join(folder, `duckdb-${round}.duckdb`));
  const db = await instance.connect();
  await db.run(`CREATE TABLE log (DP_DATE DATE, DP_MSISDN VARCHAR, a BIGINT, b DOUBLE, c BIGINT, d DOUBLE, e BIGINT, f BIGINT, g BIGINT, h DOUBLE, i TINYINT,
    PRIMARY KEY (DP_MSISDN, DP_DATE))`);
  await db.run(`INSERT INTO log SELECT * FROM read_csv('${path}')`);
  db.closeSync();
  instance.closeSync();
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const runs = { ours: [], theirs: [] };
for (let round = 0; round < 5; round++) {
  for (const [name, work] of Object.entries({ ours, theirs })) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work(round);
    const { user, system } = process.cpuUsage(before);
    runs[name].push({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 });
  }
}
rmSync(folder, { recursive: true, force: true });
const told = { ours: "ours, with validation and quarantine", theirs: "DuckDB's reader with the key" };
for (const [name, of] of Object.entries(runs)) {
  const [wall, cpu] = ["wall", "cpu"].map((key) => median(of.map((run) => run[key])));
  console.log(`${told[name]}: ${rows} rows in ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s`);
}
const ratio = (key) => median(runs.ours.map((run, round) => run[key] / runs.theirs[round][key])).toFixed(2);
console.log(`ratio, round by round: wall ${ratio("wall")}, CPU ${ratio("cpu")}; load ${loadavg()[0].toFixed(1)}`);
