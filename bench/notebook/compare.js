// Our runner against papermill and `jupyter execute` on a stock tslab, one run, interleaved: `node bench/notebook/compare.js [ROUNDS] [PARTS]`,
// PARTS of cells,burst,memory,chain.
// Needs Python 3; makes a virtual environment in .workbench/bench-venv (or give one: CHURN_BENCH_PYTHON=/path/to/python).
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kernelspec as installed } from "../../dist/notebook/lab-files.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 3);
const parts = (process.argv[3] ?? "cells,burst,memory,chain").split(",");
const wanted = (part) => parts.includes(part);
// not for the notebooks: to them it would be an option that they do not know
const { CHURN_BENCH_PYTHON: given, ...environment } = process.env;
const python = given ?? venv();
const bin = (name) => join(python, "..", name);
const work = mkdtempSync(join(tmpdir(), "churn-bench-"));

function venv() {
  const folder = join(ROOT, ".workbench", "bench-venv");
  const path = join(folder, "bin", "python");
  if (!existsSync(path)) {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(path, ["-m", "pip", "install", "-q", "papermill", "nbclient", "jupyter_core"], { stdio: "inherit" });
  }
  return path;
}

/** Seconds on the clock and of processor time, children included, and the largest memory of one process. */
function timed(command, args, options = {}) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn("/usr/bin/env", ["time", "-f", "%U %S %M", command, ...args], {
      cwd: work,
      stdio: ["ignore", "ignore", "pipe"],
      ...options,
      env: { ...environment, ...options.env },
    });
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
    });
    child.on("exit", (code) => {
      const [user, system, kilobytes] = (said.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
      resolve({ seconds: (performance.now() - start) / 1000, cpu: user + system, megabytes: kilobytes / 1024, code });
    });
  });
}

function notebook(name, cells) {
  const path = join(work, `${name}.ipynb`);
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  const code = cells.map((source) => ({ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }));
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: { kernelspec }, cells: code }));
  return path;
}

function kernelspec(folder, argv) {
  const path = join(work, folder, "kernels", "tslab");
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, "kernel.json"),
    JSON.stringify({ argv, display_name: "TypeScript", language: "typescript" }),
  );
  return { JUPYTER_PATH: join(work, folder) };
}

const stock = kernelspec("stock", [
  process.execPath,
  join(ROOT, "node_modules/tslab/bin/tslab"),
  "kernel",
  "--config-path",
  "{connection_file}",
]);
const ours = kernelspec("ours", installed().argv);
const churn = join(ROOT, "bin/churn.js");
const lines = (path) => {
  const text = (output) => [output.text ?? []].flat().join("");
  const outputs = JSON.parse(readFileSync(path, "utf8")).cells.flatMap((cell) => cell.outputs ?? []);
  return outputs
    .map(text)
    .join("")
    .split("\n")
    .filter((line) => /^line \d+$/.test(line)).length;
};

/** Runs every way once a round, and keeps the best. */
async function compare(title, ways) {
  const best = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(ways)) {
      const result = await run();
      if (result.code !== 0) result.failed = true;
      if (!best[name] || result.seconds < best[name].seconds)
        best[name] = { ...result, cpu: Math.min(result.cpu, best[name]?.cpu ?? Infinity) };
    }
  }
  const base = best.papermill ?? Object.values(best)[0];
  console.log(`\n${title}`);
  for (const [name, { seconds, cpu, failed }] of Object.entries(best)) {
    const ratio = `${(seconds / base.seconds).toFixed(2)}×, processor ${(cpu / base.cpu).toFixed(2)}×`;
    console.log(
      `  ${name.padEnd(26)} ${seconds.toFixed(2).padStart(6)} s  ${cpu.toFixed(2).padStart(6)} s cpu  ${ratio}${failed ? "  FAILED" : ""}`,
    );
  }
}

for (const count of wanted("cells") ? [20, 60] : []) {
  const input = notebook(
    `trivial-${count}`,
    Array.from({ length: count }, (_, i) => `const x${i}: number = ${i};\nx${i} * 2`),
  );
  const out = (name) => join(work, `${name}-${count}.ipynb`);
  await compare(`${count} trivial cells, best of ${ROUNDS}`, {
    papermill: () => timed(bin("papermill"), [input, out("pm"), "--no-progress-bar"], { env: stock }),
    "jupyter execute": () => timed(bin("jupyter"), ["execute", input, "--output", out("je")], { env: stock }),
    "papermill, our kernel": () => timed(bin("papermill"), [input, out("po"), "--no-progress-bar"], { env: ours }),
    "churn notebook run": () => timed(process.execPath, [churn, "notebook", "run", input, out("us"), "--quiet"]),
  });
}

if (wanted("burst")) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source of a cell
  const flood = notebook("flood", ["for (let i = 0; i < 20_000; i++) console.log(`line ${i}`);"]);
  const pm = await timed(bin("papermill"), [flood, join(work, "flood-pm.ipynb"), "--no-progress-bar"], { env: stock });
  const us = await timed(process.execPath, [churn, "notebook", "run", flood, join(work, "flood-us.ipynb"), "--quiet"]);
  console.log("\n20,000 lines of console.log");
  console.log(`  papermill                  ${lines(join(work, "flood-pm.ipynb"))} lines kept, exit code ${pm.code}`);
  console.log(`  churn notebook run         ${lines(join(work, "flood-us.ipynb"))} lines kept, exit code ${us.code}`);
}

if (wanted("memory")) {
  const big = notebook("big", ["const line = 'x'.repeat(1023);\nfor (let i = 0; i < 200_000; i++) console.log(line);"]);
  const much = await timed(process.execPath, [churn, "notebook", "run", big, join(work, "big-us.ipynb"), "--quiet"]);
  console.log(
    `\n200 MB in small writes: ${much.seconds.toFixed(1)} s, ${much.megabytes.toFixed(0)} MiB at most in one process, exit code ${much.code}`,
  );
}

const names = readdirSync(join(ROOT, "notebooks"))
  .filter((name) => name.endsWith(".ipynb"))
  .sort();
function project(name) {
  const folder = mkdtempSync(join(work, `${name}-`));
  writeFileSync(
    join(folder, "churn.config.json"),
    JSON.stringify({ source: "sample:?subscribers=1500&days=120", stream: { num_batches: 12, interval: 0 } }),
  );
  return folder;
}
if (wanted("chain"))
  await compare(`the six notebooks, 1,500 subscribers, best of ${ROUNDS}`, {
    papermill: async () => {
      const folder = project("pm");
      const total = { seconds: 0, cpu: 0, megabytes: 0, code: 0 };
      for (const name of names) {
        const args = [
          join(ROOT, "notebooks", name),
          join(folder, name),
          "--no-progress-bar",
          "--cwd",
          join(ROOT, "notebooks"),
        ];
        const one = await timed(bin("papermill"), args, { env: { ...stock, CHURN_ROOT: folder } });
        total.seconds += one.seconds;
        total.cpu += one.cpu;
        total.code ||= one.code;
      }
      return total;
    },
    "churn notebook run-all": () => {
      const folder = project("us");
      const inputs = names.map((name) => join(ROOT, "notebooks", name));
      const args = [
        churn,
        "notebook",
        "run-all",
        ...inputs,
        "-o",
        join(folder, "out"),
        "--quiet",
        "--cwd",
        join(ROOT, "notebooks"),
      ];
      return timed(process.execPath, args, { env: { CHURN_ROOT: folder } });
    },
  });
rmSync(work, { recursive: true, force: true });
