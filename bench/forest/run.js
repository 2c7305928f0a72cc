// node bench/forest/run.js [--tasks forest,deep,grid,boosting,large,huge] [--repeats 3] [--threads 2] [--venv DIR] [--data DIR]
//
// Times our forest beside its peers in Python and prints a table of medians. Runs are interleaved, each in a process of its
// own, so that a busy machine is as busy for one as for the other; ratios are given for wall time and for CPU time, and the
// second are the ones to trust where the machine is shared. Each repeat has a seed of its own. The Python environment is made on the first run.
import { execFileSync, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeData } from "./make-data.js";

const { values: flags } = parseArgs({
  options: {
    tasks: { type: "string", default: "forest,deep,grid,boosting,large" },
    repeats: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    venv: { type: "string", default: join(tmpdir(), "churn-forest-bench", "venv") },
    data: { type: "string", default: join(tmpdir(), "churn-forest-bench", "data") },
  },
});

/** Peers by task, slow ones only where the task is about them. */
const TASKS = {
  forest: {
    title: "fit 100,000 × 32, 100 trees, depth 10",
    ours: "forest",
    ...{
      rows: 100_000,
      depth: 10,
      peers: ["churn-workbench-gini", "scikit-learn", "ydf-exact", "lightgbm-rf", "ydf-binned", "xgboost-rf"],
    },
  },
  deep: { title: "the same, no depth limit", ours: "forest", rows: 100_000, depth: 0, peers: ["scikit-learn"] },
  grid: {
    title: "grid {50, 100} × {5, 10} × 3 folds",
    ours: "grid",
    rows: 100_000,
    depth: 10,
    peers: ["scikit-learn-grid"],
  },
  boosting: {
    title: "boosting, 100,000 × 32",
    ...{ ours: "boosting", rows: 100_000, depth: 0, peers: ["hist-gradient-boosting"] },
  },
  large: { title: "fit 500,000 × 32, depth 10", ours: "forest", rows: 500_000, depth: 10, peers: [] },
  huge: { title: "fit 3,000,000 × 32, depth 10", ours: "forest", rows: 3_000_000, depth: 10, peers: [] },
};
const TEST_ROWS = 50_000;

const python = join(flags.venv, "bin", "python");
if (!existsSync(python)) {
  execFileSync("python3", ["-m", "venv", flags.venv], { stdio: "inherit" });
  const packages = ["numpy", "scikit-learn", "lightgbm", "xgboost", "ydf", "pandas"];
  execFileSync(python, ["-m", "pip", "install", "-q", ...packages], { stdio: "inherit" });
}

/** Path of a table, made when it is not there: columns one after the other as float64, the label last. */
async function table(rows, seed) {
  mkdirSync(flags.data, { recursive: true });
  const path = join(flags.data, `${seed}-${rows}.bin`);
  if (existsSync(path)) return path;
  const { columns, label } = makeData(rows, seed);
  const file = createWriteStream(path);
  for (const column of [...columns, Float64Array.from(label)]) {
    await new Promise((done, fail) =>
      file.write(Buffer.from(column.buffer), (error) => (error ? fail(error) : done())),
    );
  }
  await new Promise((done) => file.end(done));
  return path;
}

function run(command, args) {
  // threads of OpenMP that wait burn a busy machine, and count as CPU time
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  const env = { ...rest, OMP_WAIT_POLICY: "PASSIVE" };
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26, env });
  const line = stdout?.trim().split("\n").at(-1);
  if (status !== 0 || !line?.startsWith("{")) {
    console.error(`${args.slice(0, 2).join(" ")} failed: ${stderr}`);
    return undefined;
  }
  return JSON.parse(line);
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const load = () => loadavg()[0].toFixed(1);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

for (const name of flags.tasks.split(",")) {
  const { title, ours, rows, depth, peers } = TASKS[name];
  const [train, test] = [await table(rows, "train"), await table(TEST_ROWS, "test")];
  const shared = [train, rows, test, TEST_ROWS, 100, depth, flags.threads].map(String);
  const results = new Map();
  const loadBefore = load();
  for (let r = 0; r < Number(flags.repeats); r++) {
    const seed = String(r + 1);
    for (const peer of ["churn-workbench", ...peers]) {
      const result = peer.startsWith("churn-workbench")
        ? run(process.execPath, [here("ours.js"), ours + peer.slice("churn-workbench".length), ...shared, seed])
        : run(python, [here("peers.py"), peer, ...shared, seed]);
      if (result) results.set(peer, [...(results.get(peer) ?? []), result]);
    }
  }
  const of = (peer, key) => median(results.get(peer).map((result) => result[key]));
  console.log(`\n${title}, ${flags.threads} threads, medians of ${flags.repeats}, load ${loadBefore} to ${load()}\n`);
  console.log("| | fit s | CPU s | ratio wall | ratio CPU | predict 50,000 s | ROC AUC | log loss | peak MB |");
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const peer of results.keys()) {
    const wall = of(peer, "fit_s") / of("churn-workbench", "fit_s");
    const cpu = of(peer, "fit_cpu_s") / of("churn-workbench", "fit_cpu_s");
    const cells = [of(peer, "fit_s").toFixed(2), of(peer, "fit_cpu_s").toFixed(2), wall.toFixed(1), cpu.toFixed(1)];
    cells.push(of(peer, "predict_s").toFixed(3), of(peer, "auc").toFixed(4), of(peer, "log_loss").toFixed(4));
    console.log(`| ${peer} | ${cells.join(" | ")} | ${of(peer, "peak_mb")} |`);
  }
}
