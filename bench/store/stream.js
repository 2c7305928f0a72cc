// Times a stream of transactional batches with a ledger row: node bench/store/stream.js [batches] [rows a batch] [rounds]
// node bench/store/stream.js --minutes 10 streams ten batches of 1,000 rows a second for that long, and prints the memory after each tenth.
// Beside it what DuckDB itself does with rows and key alone: an appender in a transaction, no ledger, no summary, no stream.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { loadFile } from "../../dist/load/load-file.js";
import { loadOptions } from "../../dist/load/options.js";
import { openStore } from "../../dist/store/open-store.js";
import { stream } from "../../dist/stream/stream.js";

const minutes = process.argv[2] === "--minutes" ? Number(process.argv[3] ?? 10) : 0;
const [batches, size, rounds] = minutes
  ? [minutes * 600, 1000, 0]
  : [process.argv[2] ?? 1000, process.argv[3] ?? 1000, process.argv[4] ?? 3].map(Number);
const folder = mkdtempSync(join(tmpdir(), "bench-stream-"));
const subscribers = 20_000;
const lines = [
  "DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_MOC_DURATION,DP_MTC_COUNT,DP_MTC_DURATION,DP_MOSMS_COUNT,DP_MTSMS_COUNT,DP_DATA_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED",
];
for (let day = 1; day <= 7; day++) {
  for (let s = 0; s < subscribers; s++) {
    lines.push(
      `2024-01-0${day},${491700000000 + s},${s % 9},${s % 900},${s % 7},${s % 800},${s % 5},${s % 4},${s % 30},${(s * 1.37) % 500},0`,
    );
  }
}
const log = join(folder, "log.csv");
writeFileSync(log, `${lines.join("\n")}\n`);

const at = (values, share) => values.slice().sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
const told = (name, times, seconds) =>
  console.log(
    `${name}: ${Math.round((times.length * size) / seconds).toLocaleString("en-US")} rows/s, p50 ${(at(times, 0.5) * 1000).toFixed(1)} ms, p95 ${(at(times, 0.95) * 1000).toFixed(1)} ms, longest ${(at(times, 1) * 1000).toFixed(0)} ms, rss ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB, load ${loadavg()[0].toFixed(1)}`,
  );

async function ours(round) {
  const store = openStore({ path: join(folder, `ours-${round}.duckdb`) });
  const file = { path: log, format: "csv", delimiter: ",", sha256: "bench", rows: lines.length - 1 };
  await loadFile(store, file, loadOptions.parse({}));
  const options = { batch_size: size, num_batches: batches, interval: 0, data_dir: folder };
  // the days are made before, as they would lie there
  await stream(store, { ...options, num_batches: 1 });
  const times = [];
  let began = 0;
  const memory = [];
  await stream(store, options, {
    onBatch({ seconds }) {
      began ||= performance.now() - seconds * 1000;
      times.push(seconds);
      if (times.length % Math.ceil(batches / 5) === 0) memory.push(Math.round(process.memoryUsage().rss / 2 ** 20));
    },
  });
  console.log(`  memory after each fifth: ${memory.join(", ")} MB`);
  return { times, seconds: (performance.now() - began) / 1000 };
}

async function duckdb(round) {
  const instance = await DuckDBInstance.create(join(folder, `duckdb-${round}.duckdb`));
  const db = await instance.connect();
  await db.run(`CREATE TABLE log (DP_DATE DATE, DP_MSISDN VARCHAR, a BIGINT, b DOUBLE, c BIGINT, d DOUBLE, e BIGINT, f BIGINT, g BIGINT, h DOUBLE, i TINYINT,
    PRIMARY KEY (DP_MSISDN, DP_DATE))`);
  const times = [];
  const began = performance.now();
  for (let batch = 0; batch < batches; batch++) {
    const start = performance.now();
    await db.run("BEGIN");
    const appender = await db.createAppender("log");
    const types = Array.from({ length: 11 }, (_, i) => appender.columnType(i));
    for (let from = 0; from < size; from += 2048) {
      const count = Math.min(2048, size - from);
      const chunk = DuckDBDataChunk.create(types, count);
      const first = batch * size + from;
      const column = (of) => Array.from({ length: count }, (_, i) => of(first + i));
      chunk.setColumns([
        column((i) => ({ days: 19730 + Math.floor(i / subscribers) })),
        column((i) => String(491700000000 + (i % subscribers))),
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((c) =>
          c === 1 || c === 3 || c === 7 ? column((i) => i * 1.37) : column((i) => BigInt(i % 9)),
        ),
        column(() => 0),
      ]);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await db.run("COMMIT");
    times.push((performance.now() - start) / 1000);
  }
  const seconds = (performance.now() - began) / 1000;
  db.closeSync();
  instance.closeSync();
  return { times, seconds };
}

/** Streams at a pace, and reports what memory the process has; twice as many rows are in the store at the end as at the half. */
async function flat() {
  const store = openStore({ path: join(folder, "flat.duckdb") });
  const file = { path: log, format: "csv", delimiter: ",", sha256: "bench", rows: lines.length - 1 };
  await loadFile(store, file, loadOptions.parse({}));
  const options = { batch_size: size, num_batches: batches, interval: 0.1, data_dir: folder, origin: "resample" };
  await stream(store, { ...options, num_batches: 1 });
  const times = [];
  const memory = [];
  let latest = 0;
  const began = performance.now();
  const { exhausted } = await stream(store, options, {
    onBatch({ seconds, lag }) {
      times.push(seconds);
      latest = Math.max(latest, lag);
      if (times.length % Math.ceil(batches / 10) === 0) memory.push(Math.round(process.memoryUsage().rss / 2 ** 20));
    },
  });
  console.log(
    `${times.length.toLocaleString("en-US")} batches${exhausted ? ", all that there are," : ""} in ${((performance.now() - began) / 60_000).toFixed(1)} minutes: memory after each tenth ${memory.join(", ")} MB; median of a batch ${(at(times, 0.5) * 1000).toFixed(1)} ms, longest ${(at(times, 1) * 1000).toFixed(0)} ms, ${latest.toFixed(2)} s late at most, load ${loadavg()[0].toFixed(1)}`,
  );
}

if (minutes) await flat();
for (let round = 0; round < rounds; round++) {
  for (const [name, work] of Object.entries({
    "stream with ledger and summary": ours,
    "DuckDB's appender alone": duckdb,
  })) {
    const { times, seconds } = await work(round);
    told(name, times, seconds);
  }
}
rmSync(folder, { recursive: true, force: true });
