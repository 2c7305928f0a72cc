// Times a load of a folder of daily csv.gz of events, with measures by expression and every row checked, against DuckDB's own read_csv of
// the same files with GROUP BY; then of a folder of 1,000 known files and a new one: node bench/store/folder.js [rows] [files]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { random } from "../../dist/core/random.js";
import { download } from "../../dist/download/download.js";
import { load } from "../../dist/load/load.js";
import { openStore } from "../../dist/store/open-store.js";

const rows = Number(process.argv[2] ?? 1_000_000);
const files = Number(process.argv[3] ?? 60);
const folder = mkdtempSync(join(tmpdir(), "bench-folder-"));
const source = join(folder, "cdr");

/** Writes the events of a day: calls, messages and sessions of a tenth of the subscribers each. */
function writeDay(path, day, count) {
  const draw = random(day);
  const lines = ["call_id,msisdn,start,type,direction,duration,quantity,price"];
  for (let i = 0; i < count; i++) {
    const seconds = Math.floor((i * 86_400) / count);
    const clock = new Date(seconds * 1000).toISOString().slice(11, 19);
    const type = ["CALL", "CALL", "SMS", "DATA", "COMPLAINT"][draw.int(5)];
    const who = 491700000000 + draw.int(Math.ceil(rows / 100));
    const cells = [`${day}-${i}`, who, `${day} ${clock}`, type, draw.int(2) ? "OUT" : "IN", draw.int(600), draw.int(5)];
    lines.push([...cells, (draw.next() * 20).toFixed(2)].join(","));
  }
  const content = `${lines.join("\n")}\n`;
  writeFileSync(path, path.endsWith(".gz") ? gzipSync(content) : content);
}
const dayOf = (index) => new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10);

const MEASURES = {
  DP_MOC_COUNT: "count(*) FILTER (type = 'CALL' AND direction = 'OUT')",
  DP_MOC_DURATION: "sum(duration) FILTER (type = 'CALL' AND direction = 'OUT')",
  DP_MTC_COUNT: "count(*) FILTER (type = 'CALL' AND direction = 'IN')",
  spend: "sum(quantity * price)",
  complaints: "count(*) FILTER (type = 'COMPLAINT')",
};
const options = { grain: "event", columns: { subscriber: "msisdn", time: "start" }, measures: MEASURES };

mkdirSync(source);
for (let index = 0; index < files; index++) {
  writeDay(join(source, `${dayOf(index)}.csv.gz`), dayOf(index), Math.round(rows / files));
}
const one = join(folder, "one.csv.gz");
const inShell = `{ gzip -dc '${source}/${dayOf(0)}.csv.gz' | head -1; for f in '${source}'/*.csv.gz; do gzip -dc "$f" | tail -n +2; done; } | gzip -6 >'${one}'`;
if (spawnSync("sh", ["-c", inShell]).status !== 0) throw new Error("the files cannot be put together");
const data_dir = join(folder, "data");
await download({ source, data_dir });
await download({ source: one, data_dir });

const ours = (from) => async (round) => {
  const store = openStore({ path: join(folder, `ours-${from.length}-${round}.duckdb`) });
  const result = await load(store, { source: from, data_dir, ...options });
  if (result.rows + result.merged !== Math.round(rows / files) * files) throw new Error(`${result.rows} rows`);
};
const theirs = async (round) => {
  const instance = await DuckDBInstance.create(join(folder, `duckdb-${round}.duckdb`));
  const db = await instance.connect();
  const list = Array.from({ length: files }, (_, index) => `'${source}/${dayOf(index)}.csv.gz'`).join(", ");
  const measures = Object.entries(MEASURES).map(([name, sql]) => `${sql} AS ${name}`);
  await db.run(
    `CREATE TABLE log AS SELECT CAST(start AS DATE) AS day, msisdn, ${measures.join(", ")} FROM read_csv([${list}]) GROUP BY ALL`,
  );
  db.closeSync();
  instance.closeSync();
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const works = { ours: ours(source), one: ours(one), theirs };
const runs = { ours: [], one: [], theirs: [] };
for (let round = 0; round < 5; round++) {
  for (const [name, work] of Object.entries(works)) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work(round);
    const { user, system } = process.cpuUsage(before);
    runs[name].push({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 });
  }
}
const told = {
  ours: `a folder of ${files} files, every row checked`,
  one: "one file of the same rows",
  theirs: "DuckDB's read_csv of the list, with GROUP BY",
};
for (const [name, of] of Object.entries(runs)) {
  const [wall, cpu] = ["wall", "cpu"].map((key) => median(of.map((run) => run[key])));
  console.log(`${told[name]}: ${rows} rows in ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s`);
}
for (const other of ["theirs", "one"]) {
  const ratio = (key) => median(runs.ours.map((run, round) => run[key] / runs[other][round][key])).toFixed(2);
  console.log(
    `folder against ${other}, round by round: wall ${ratio("wall")}, CPU ${ratio("cpu")}; load ${loadavg()[0].toFixed(1)}`,
  );
}

const many = join(folder, "many");
mkdirSync(many);
for (let index = 0; index < 1000; index++) writeDay(join(many, `${dayOf(index)}.csv`), dayOf(index), 200);
const store = openStore({ path: join(folder, "many.duckdb") });
await load(store, { source: many, data_dir, ...options });
const times = [];
for (let round = 0; round < 5; round++) {
  writeDay(join(many, `${dayOf(1000 + round)}.csv`), dayOf(1000 + round), 200);
  const start = performance.now();
  await download({ source: many, data_dir });
  const { files: became } = await load(store, { source: many, data_dir, ...options });
  if (became.new.length !== 1) throw new Error(`${became.new.length} new files`);
  times.push((performance.now() - start) / 1000);
}
console.log(`a new file among 1,000 known ones: ${median(times).toFixed(2)} s`);
rmSync(folder, { recursive: true, force: true });
