// Time, CPU and memory of a large download from this machine, beside curl: node bench/download/download.js [gigabytes] [rounds]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const gigabytes = Number(process.argv[2] ?? 1);
const rounds = Number(process.argv[3] ?? 3);
if (process.argv[4] === "serve") serve();
else await compare();

/** Serves one block of CSV again and again: as an object with checksums, and as a plain file with an ETag. */
async function serve() {
  const { crc32c } = await import("../../dist/download/gs/crc32c.js");
  const block = Buffer.from(
    Array.from({ length: 20_000 }, (_, i) => `2024-01-01,${600_000_000 + i},${i % 97},${(i * 7919) % 5000}\n`).join(""),
  );
  const header = Buffer.from("DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_MOC_DURATION\n");
  const blocks = Math.round((gigabytes * 1e9) / block.length);
  const size = header.length + blocks * block.length;
  const md5 = createHash("md5").update(header);
  let crc = crc32c(header);
  for (let i = 0; i < blocks; i++) {
    md5.update(block);
    crc = crc32c(block, crc);
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc);
  const object = { generation: "1", size: String(size), crc32c: sum.toString("base64"), md5Hash: md5.digest("base64") };
  const server = createServer(async (request, response) => {
    if (request.url.startsWith("/storage") && !request.url.includes("alt=media")) {
      return void response.end(JSON.stringify(object));
    }
    response.writeHead(200, { "content-length": size, etag: '"1"' });
    response.write(header);
    for (let i = 0; i < blocks; i++) {
      if (!response.write(block)) await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end();
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
}

async function compare() {
  const server = spawn(process.execPath, [fileURLToPath(import.meta.url), gigabytes, rounds, "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise((resolve) => server.stdout.once("data", (text) => resolve(Number(text))));
  const folder = mkdtempSync(join(tmpdir(), "churn-bench-"));
  const churn = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));
  const url = `http://127.0.0.1:${port}`;
  const ours = (source) => [
    process.execPath,
    churn,
    "download",
    "--source",
    source,
    "--data-dir",
    folder,
    "--endpoint",
    url,
  ];
  const ways = {
    "ours, gs:// with crc32c and md5": ours("gs://logs/log.csv"),
    "ours, https:// without checksums": ours(`${url}/log.csv`),
    "curl and sha256sum": ["sh", "-c", `curl -sS -o ${folder}/c.csv ${url}/log.csv && sha256sum ${folder}/c.csv`],
  };
  const seen = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, [command, ...args]] of Object.entries(ways)) {
        spawnSync("sh", ["-c", `rm -f ${folder}/*`]);
        // GNU time: wall seconds, CPU seconds, greatest resident kilobytes
        const run = spawnSync("/usr/bin/time", ["-f", "%e %U %S %M", command, ...args], { encoding: "utf8" });
        if (run.status !== 0) throw new Error(run.stderr);
        const [wall, user, system, kilobytes] = run.stderr.trim().split("\n").at(-1).split(" ").map(Number);
        seen[name].push({ wall, cpu: user + system, megabytes: kilobytes / 1024 });
      }
    }
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  for (const [name, runs] of Object.entries(seen)) {
    const of = (key) => median(runs.map((run) => run[key])).toFixed(1);
    console.log(`${name.padEnd(34)} ${of("wall")} s, ${of("cpu")} s of CPU, ${of("megabytes")} MB at most`);
  }
}
