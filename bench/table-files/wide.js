// Reads a CSV of few rows and many columns beside pandas, both with an inspection of every cell, in processes of their own:
//   node bench/table-files/wide.js [columns] [rows] [--venv DIR]     (after npm run build)
// The Python environment is made on the first run. CPU seconds of the reading alone, and of the process that does it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { venv: { type: "string", default: join(tmpdir(), "churn-wide-bench", "venv") }, read: { type: "string" } },
});

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

if (flags.read) {
  const { readMonitoredTable } = await import("churn-workbench");
  const before = cpu();
  const { columns } = await readMonitoredTable(flags.read);
  console.log(JSON.stringify({ columns: Object.keys(columns).length, reading: cpu() - before, process: cpu() }));
} else {
  const [width, rows] = [positionals[0] ?? 5000, positionals[1] ?? 200].map(Number);
  const python = join(flags.venv, "bin", "python");
  if (!existsSync(python)) {
    execFileSync("python3", ["-m", "venv", flags.venv], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "-q", "pandas"], { stdio: "inherit" });
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-wide-"));
  const path = join(folder, "wide.csv");
  // a linear congruential generator, so that every run reads the same
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const line = (cell) => Array.from({ length: width }, (_, j) => cell(j)).join(",");
  const cell = (j) => (j % 100 === 99 ? "abc"[Math.floor(3 * draw())] : (20 * draw() - 10).toFixed(4));
  writeFileSync(path, `${[line((j) => `x${j}`), ...Array.from({ length: rows }, () => line(cell))].join("\n")}\n`);
  const peer = `import json, time
import pandas
before = time.process_time()
table = pandas.read_csv(${JSON.stringify(path)})
print(json.dumps({"columns": table.shape[1], "reading": time.process_time() - before, "process": time.process_time()}))`;
  const run = (command, args) => JSON.parse(execFileSync(command, args, { encoding: "utf8" }));
  const runs = {
    ours: () => run(process.execPath, [fileURLToPath(import.meta.url), "--read", path]),
    pandas: () => run(python, ["-c", peer]),
  };
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const found = { ours: [], pandas: [] };
  for (let i = 0; i < 3; i++) for (const [name, once] of Object.entries(runs)) found[name].push(once());
  const of = (name, key) => median(found[name].map((each) => each[key]));
  for (const key of ["reading", "process"]) {
    const [ours, pandas] = [of("ours", key), of("pandas", key)];
    console.log(
      `${key}: ours ${ours.toFixed(2)} s, pandas ${pandas.toFixed(2)} s, ratio ${(ours / pandas).toFixed(1)}`,
    );
  }
  if (found.ours[0].columns !== width || found.pandas[0].columns !== width) throw new Error("columns are missing");
  console.log(`${rows} rows x ${width} columns, medians of 3, load ${loadavg()[0].toFixed(1)}`);
  rmSync(folder, { recursive: true, force: true });
}
