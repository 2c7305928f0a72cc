// ours.js TASK TRAIN.bin ROWS TEST.bin TEST_ROWS TREES DEPTH THREADS SEED: fits once and prints a line of JSON, as peers.py does.
// Tasks: forest, forest-gini (the criterion of scikit-learn), boosting, grid. A depth of 0 is no limit.
import { open, readFile } from "node:fs/promises";
import { bin, fitBoosting, fitForest } from "../../dist/forest/index.js";
import { rocAuc } from "../../dist/statistics/roc-auc.js";
import { COLUMNS } from "./make-data.js";

const [task, trainPath, rows, testPath, testRows, trees, depth, threads, seed] = process.argv.slice(2);

async function load(path, size) {
  const file = await open(path);
  const columns = [];
  for (let j = 0; j <= COLUMNS; j++) {
    const column = new Float64Array(size);
    await file.read(new Uint8Array(column.buffer), 0, column.byteLength, j * column.byteLength);
    columns.push(column);
  }
  await file.close();
  const y = Uint8Array.from(columns.pop());
  return { x: { names: columns.map((_, j) => `f${String(j).padStart(2, "0")}`), columns }, y };
}

const train = await load(trainPath, Number(rows));
const test = await load(testPath, Number(testRows));
const numTrees = Number(trees);
const maxDepth = Number(depth) || null;
const shared = { numTrees, threads: Number(threads), seed: Number(seed) };

/** {50, 100} trees × {5, 10} deep × 3 folds, as a search does it: one binning, one forest a fold, the others cut from it. */
async function grid() {
  const binned = bin(train.x);
  const all = Int32Array.from(train.y, (_, i) => i);
  const scores = new Map();
  for (let k = 0; k < 3; k++) {
    const forest = await fitForest({ binned, rows: all.filter((i) => i % 3 !== k) }, train.y, {
      ...shared,
      numTrees: 100,
      maxDepth: 10,
    });
    const held = all.filter((i) => i % 3 === k);
    const y = train.y.filter((_, i) => i % 3 === k);
    for (const deep of [5, 10]) {
      const cut = deep < 10 ? forest.truncated(deep) : forest;
      for (const many of [50, 100]) {
        const auc = rocAuc(y, cut.head(many).predict({ binned, rows: held }));
        scores.set(`${many}/${deep}`, (scores.get(`${many}/${deep}`) ?? 0) + auc / 3);
      }
    }
  }
  // and the best point again on all rows, as a search refits
  return fitForest({ binned }, train.y, { ...shared, numTrees: 100, maxDepth: 10 });
}

const cpuStart = process.cpuUsage();
const start = performance.now();
const forest =
  task === "boosting"
    ? await fitBoosting(train.x, train.y, { seed: Number(seed) })
    : task === "grid"
      ? await grid()
      : await fitForest(train.x, train.y, {
          ...shared,
          maxDepth,
          ...(task === "forest-gini" ? { criterion: "gini" } : {}),
        });
const fitted = performance.now();
const cpu = process.cpuUsage(cpuStart);
const cpuPredictStart = process.cpuUsage();
const p = forest.predict(test.x);
const predicted = performance.now();
const cpuPredict = process.cpuUsage(cpuPredictStart);
// one row after another, as a service scores them
const some = Array.from({ length: 2000 }, (_, i) => test.x.columns.map((column) => column[i]));
for (const row of some) forest.predictRow(row);
const rowStart = performance.now();
for (let k = 0; k < 10; k++) for (const row of some) forest.predictRow(row);
const rowMs = (performance.now() - rowStart) / (10 * some.length);
const clipped = p.map((value) => Math.min(1 - 2 ** -52, Math.max(2 ** -52, value)));
const loss = clipped.reduce((sum, value, i) => sum - Math.log(test.y[i] ? value : 1 - value), 0) / p.length;
const round = (value, digits) => Number(value.toFixed(digits));
const status = await readFile("/proc/self/status", "utf8").catch(() => "");
console.log(
  JSON.stringify({
    peer: "churn-workbench",
    rows: train.y.length,
    trees: forest.numTrees,
    depth: Number(depth),
    fit_s: round((fitted - start) / 1000, 3),
    fit_cpu_s: round((cpu.user + cpu.system) / 1e6, 3),
    predict_s: round((predicted - fitted) / 1000, 4),
    predict_cpu_s: round((cpuPredict.user + cpuPredict.system) / 1e6, 4),
    row_us: round(rowMs * 1000, 1),
    auc: round(rocAuc(test.y, p), 4),
    log_loss: round(loss, 4),
    peak_mb: Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024),
  }),
);
