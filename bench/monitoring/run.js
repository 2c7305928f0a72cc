// Times monitoring beside NannyML and Evidently on the same tables, one after another in one run.
// usage: node bench/monitoring/run.js [--dir DIR] [--rows 100000,1000000] [--rounds 3] [--python python3] [--peers nannyml,evidently] [--tasks all,files,…]     (after npm run build)
// Makes the virtual environments and the tables in DIR where they are not there yet. Prints a line a run, then a table of medians.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    dir: { type: "string", default: join(tmpdir(), "bench-monitoring-data") },
    rows: { type: "string", default: "100000,1000000" },
    rounds: { type: "string", default: "3" },
    python: { type: "string", default: "python3" },
    peers: { type: "string", default: "nannyml,evidently" },
    tasks: { type: "string" },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { dir } = values;
mkdirSync(dir, { recursive: true });

const PACKAGES = {
  nannyml: ["nannyml==0.13.1", "statsmodels", "pandas<3", "pyarrow"],
  evidently: ["evidently==0.7.23", "pandas<3", "pyarrow"],
};
const pythonOf = (peer) => {
  const folder = join(dir, `venv-${peer}`);
  if (!existsSync(folder)) {
    must(values.python, ["-m", "venv", folder]);
    must(join(folder, "bin", "pip"), ["install", "--quiet", ...PACKAGES[peer]]);
  }
  return join(folder, "bin", "python");
};

function must(command, args, options = {}) {
  const run = spawnSync(command, args, { encoding: "utf8", ...options });
  if (run.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${run.stderr}`);
  return run.stdout.trim();
}

const PARTS = ["realized", "cbpe", "univariate", "pca", "quality", "stats"];
const TASKS = [
  ...PARTS.map((task) => ["ours", task]),
  ...PARTS.map((task) => ["nannyml", task]),
  ["ours", "all"],
  ["ours", "domain_classifier"],
  ["nannyml", "domain_classifier"],
  ["ours", "next_day"],
  ["ours", "files"],
  ["ours", "presets"],
  ["evidently", "evidently_drift"],
  ["evidently", "evidently_classification"],
]
  .filter(([who]) => who === "ours" || values.peers.includes(who))
  .filter(([, task]) => !values.tasks || values.tasks.split(",").includes(task));
// ours and theirs in turn, so that both see the same machine
const inTurn = TASKS.filter(([who]) => who === "ours").flatMap((each, i) => {
  const theirs = TASKS.filter(([who]) => who !== "ours");
  return theirs[i] ? [each, theirs[i]] : [each];
});
const left = TASKS.filter((each) => !inTurn.includes(each));

const seen = {};
for (const rows of values.rows.split(",")) {
  const python = Object.fromEntries(Object.keys(PACKAGES).map((peer) => [peer, pythonOf(peer)]));
  if (!existsSync(join(dir, `analysis_${rows}.parquet`))) must(python.nannyml, [here("make_data.py"), dir, rows]);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [who, task] of [...inTurn, ...left]) {
      const start = performance.now();
      const run =
        who === "ours"
          ? spawnSync(process.execPath, [here("monitoring.js"), dir, rows, task], { encoding: "utf8" })
          : spawnSync(python[who], [here("peers.py"), dir, rows, task], { encoding: "utf8" });
      const line = run.stdout.trim().split("\n").at(-1) ?? "";
      if (run.status !== 0 || !line.startsWith("{")) {
        console.log(`${who} ${task} ${rows}: failed: ${line || run.stderr}`);
        continue;
      }
      const result = { who, ...JSON.parse(line), wall: (performance.now() - start) / 1000, load: loadavg()[0] };
      console.log(JSON.stringify(result));
      const key = `${rows} ${task} ${who}`;
      seen[key] = [...(seen[key] ?? []), result];
    }
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
// what is compared: reading, fitting, measuring, writing; importing a library is left out
const seconds = ({ steps }) =>
  Object.entries(steps).reduce(
    (sum, [step, time]) => (["import", "html_mb", "preparation"].includes(step) ? sum : sum + time),
    0,
  );
console.log("\n| task | seconds | CPU | whole process | peak MB | load |\n|---|---|---|---|---|---|");
for (const [key, results] of Object.entries(seen)) {
  const of = (value) => median(results.map(value));
  console.log(
    `| ${key} | ${of(seconds).toFixed(2)} | ${of(({ cpu }) => cpu).toFixed(2)} | ${of(({ wall }) => wall).toFixed(2)} | ${of(({ peak_mb }) => peak_mb)} | ${of(({ load }) => load).toFixed(1)} |`,
  );
}
