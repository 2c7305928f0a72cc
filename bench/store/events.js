// Times per-record events of one csv.gz with five measures by expression into daily rows against DuckDB's own reader and GROUP BY:
// node bench/store/events.js [rows] [rounds]
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { random } from "../../dist/core/random.js";
import { download } from "../../dist/download/download.js";
import { load } from "../../dist/load/load.js";
import { openStore } from "../../dist/store/open-store.js";

const rows = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "bench-events-"));
const path = join(folder, "events.csv.gz");

/** Calls, messages, data sessions and orders of 2,000 subscribers in 60 days, as they come. */
async function writeEvents() {
  const draw = random("bench");
  const below = (limit) => draw.int(limit);
  const two = (number) => String(number).padStart(2, "0");
  const gzip = createGzip();
  const written = once(gzip.pipe(createWriteStream(path)), "finish");
  let block = "start,msisdn,type,direction,duration,bytes,quantity,price\n";
  for (let i = 0; i < rows; i++) {
    const day = new Date(Date.UTC(2024, 0, 1 + Math.floor((i / rows) * 60))).toISOString().slice(0, 10);
    const type = ["CALL", "SMS", "DATA", "ORDER"][below(4)];
    const start = `${day} ${two(below(24))}:${two(below(60))}:${two(below(60))}`;
    const who = `4917${String(Math.floor(2_000 * draw.next() ** 2)).padStart(8, "0")}`;
    const [duration, bytes] = [type === "CALL" ? below(900) : "", type === "DATA" ? below(1e7) : ""];
    const [quantity, price] = type === "ORDER" ? [below(5) - 1, (draw.next() * 30).toFixed(2)] : ["", ""];
    block += `${start},${who},${type},${draw.next() < 0.5 ? "OUT" : "IN"},${duration},${bytes},${quantity},${price}\n`;
    if (block.length < 1 << 20) continue;
    if (!gzip.write(block)) await once(gzip, "drain");
    block = "";
  }
  gzip.end(block);
  await written;
}
await writeEvents();

const measures = {
  calls: "count(*) FILTER (type = 'CALL' AND direction = 'OUT')",
  call_time: "sum(duration) FILTER (type = 'CALL' AND direction = 'OUT')",
  messages: "count_if(type = 'SMS')",
  volume: "sum(bytes) / 1e6",
  spend: "sum(quantity * price)",
};
await download({ source: path, data_dir: folder });
const ours = async (round) => {
  const store = openStore({ path: join(folder, `ours-${round}.duckdb`) });
  const columns = { subscriber: "msisdn", time: "start" };
  const result = await load(store, { source: path, data_dir: folder, grain: "event", columns, measures });
  if (result.lines !== rows || result.rejected > 0) throw new Error(`${result.lines} of ${rows} rows`);
  return result.rows;
};
const theirs = async (round) => {
  const instance = await DuckDBInstance.create(join(folder, `duckdb-${round}.duckdb`));
  const db = await instance.connect();
  const sums = Object.entries(measures).map(([name, sql]) => `${sql} AS ${name}`);
  await db.run(
    `CREATE TABLE daily AS SELECT CAST(start AS DATE) AS day, msisdn, ${sums.join(", ")} FROM read_csv('${path}') GROUP BY ALL`,
  );
  const found = await db.runAndReadAll("SELECT count(*) AS n FROM daily");
  db.closeSync();
  instance.closeSync();
  return Number(found.getRows()[0][0]);
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const runs = { ours: [], theirs: [] };
const daily = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, work] of Object.entries({ ours, theirs })) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    daily[name] = await work(round);
    const { user, system } = process.cpuUsage(before);
    runs[name].push({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 });
  }
}
rmSync(folder, { recursive: true, force: true });
if (daily.ours !== daily.theirs) throw new Error(`${daily.ours} daily rows, and DuckDB has ${daily.theirs}`);
const told = {
  ours: "ours, every cell checked, into a store",
  theirs: "DuckDB's read_csv and GROUP BY, into a table with the same key",
};
for (const [name, of] of Object.entries(runs)) {
  const [wall, cpu] = ["wall", "cpu"].map((key) => median(of.map((run) => run[key])));
  console.log(
    `${told[name]}: ${rows} events, ${daily[name]} daily rows in ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s`,
  );
}
const ratio = (key) => median(runs.ours.map((run, round) => run[key] / runs.theirs[round][key])).toFixed(2);
console.log(`ratio, round by round: wall ${ratio("wall")}, CPU ${ratio("cpu")}; load ${loadavg()[0].toFixed(1)}`);
