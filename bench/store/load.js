// Times a load of a CSV with validation against DuckDB's own reader into a table with the same key: node bench/store/load.js [rows]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { random } from "churn-workbench";
import { loadFile } from "../../dist/load/load-file.js";
import { loadOptions } from "../../dist/load/options.js";
import { openStore } from "../../dist/store/open-store.js";

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), "bench-load-"));
const path = join(folder, "log.csv");
const draw = random("bench");
const lines = [
  "DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_MOC_DURATION,DP_MTC_COUNT,DP_MTC_DURATION,DP_MOSMS_COUNT,DP_MTSMS_COUNT,DP_DATA_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED",
];
const subscribers = Math.ceil(rows / 100);
for (let i = 0; i < rows; i++) {
  const day = new Date(Date.UTC(2024, 0, 1 + Math.floor(i / subscribers))).toISOString().slice(0, 10);
  const counts = Array.from({ length: 7 }, (_, j) => draw.int(j % 2 ? 900 : 9));
  lines.push(`${day},${491700000000 + (i % subscribers)},${counts.join(",")},${(draw.next() * 500).toFixed(3)},0`);
}
writeFileSync(path, `${lines.join("\n")}\n`);
lines.length = 0;

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

const seconds = { ours: [], theirs: [] };
for (let round = 0; round < 3; round++) {
  for (const [name, work] of Object.entries({ ours, theirs })) {
    const start = performance.now();
    await work(round);
    seconds[name].push((performance.now() - start) / 1000);
  }
}
rmSync(folder, { recursive: true, force: true });
const median = (values) => values.sort((a, b) => a - b)[1];
const [a, b] = [median(seconds.ours), median(seconds.theirs)];
console.log(
  `${rows} rows: ours with validation and quarantine ${a.toFixed(2)} s, DuckDB's reader with key ${b.toFixed(2)} s, ratio ${(a / b).toFixed(2)}`,
);
