// Times monitoring on the tables of make_data.py, each task in a process of its own.
// usage: node bench/monitoring/monitoring.js DIR ROWS [task ...]     (after npm run build)
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { monitorFiles, readMonitoredTable } from "churn-workbench";
import { FittedMonitor, fitMonitor } from "churn-workbench/monitoring";

const [dir, rows, ...asked] = process.argv.slice(2);
const roles = {
  timestamp: "timestamp",
  identifier: "id",
  y_pred_proba: "y_pred_proba",
  y_pred: "y_pred",
  y_true: "y_true",
};
const metrics = [
  ...["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"],
  ...["confusion_matrix", "business_value"],
];
const performance9 = {
  metrics,
  business_value_matrix: [
    [0, -1],
    [-5, 4],
  ],
};
const univariate = {
  continuous_methods: ["kolmogorov_smirnov", "jensen_shannon", "wasserstein", "hellinger"],
  categorical_methods: ["chi2", "jensen_shannon", "l_infinity", "hellinger"],
};
const parts = {
  realized: { realized: performance9 },
  cbpe: { cbpe: performance9 },
  univariate: { univariate },
  pca: { pca: {} },
  quality: { missing: {}, unseen: {} },
  stats: { stats: {} },
};
const all = Object.assign({}, ...Object.values(parts));

const path = (name) => join(dir, `${name}_${rows}.parquet`);
const folder = mkdtempSync(join(tmpdir(), "bench-monitoring-"));

// as the command does
const bothTables = () => Promise.all(["reference", "analysis"].map((name) => readMonitoredTable(path(name), roles)));

const tasks = Object.fromEntries(
  Object.entries({ ...parts, all }).map(([name, config]) => [
    name,
    async (clock) => {
      const [reference, analysis] = await bothTables();
      clock("read");
      const monitor = await fitMonitor(reference, { ...config, chunking: { period: "D" } });
      clock("fit");
      const results = await monitor.measure(analysis);
      clock("measure");
      for (const result of Object.values(results)) result.toCsv();
      clock("csv");
    },
  ]),
);
const filesAndPage = (config) => async (clock) => {
  await monitorFiles({
    reference: path("reference"),
    analysis: path("analysis"),
    config: { columns: roles, chunking: { period: "D" }, ...config },
    output: folder,
  });
  clock("files and page");
};
tasks.files = filesAndPage({ ...all, range: {}, ranking: {} });
// what Evidently's presets look at: a distance a column, and the quality of the classes
tasks.presets = filesAndPage({
  univariate: { continuous_methods: ["wasserstein"], categorical_methods: ["jensen_shannon"] },
  realized: { metrics: ["accuracy", "precision", "recall", "f1", "confusion_matrix"] },
});
tasks.next_day = async (clock) => {
  const whole = await readMonitoredTable(path("analysis"), roles);
  const reference = await readMonitoredTable(path("reference"), roles);
  await (await fitMonitor(reference, { ...all, chunking: { period: "D" } })).save(join(folder, "monitor.json"));
  const n = Math.floor(whole.timestamp.length / 60);
  const cut = (column) =>
    "codes" in column ? { codes: column.codes.subarray(0, n), levels: column.levels } : column.subarray(0, n);
  const columns = Object.fromEntries(Object.entries(whole.columns).map(([name, column]) => [name, cut(column)]));
  const day = { ...whole, columns, identifier: cut(whole.identifier), timestamp: cut(whole.timestamp) };
  for (const key of ["yPredProba", "yPred", "yTrue"]) day[key] = cut(whole[key]);
  clock("preparation");
  const monitor = await FittedMonitor.load(join(folder, "monitor.json"));
  clock("load");
  await monitor.measure(day);
  clock("measure");
};
tasks.domain_classifier = async (clock) => {
  const head = (table) => {
    const every = Math.floor(table.timestamp.length / 10_000);
    const take = (column) =>
      "codes" in column
        ? { codes: column.codes.filter((_, i) => i % every === 0), levels: column.levels }
        : column.filter((_, i) => i % every === 0);
    return { columns: Object.fromEntries(Object.entries(table.columns).map(([key, column]) => [key, take(column)])) };
  };
  const [reference, analysis] = (await bothTables()).map(head);
  clock("read");
  const monitor = await fitMonitor(reference, { domain_classifier: {}, chunking: { size: 1000 } });
  clock("fit");
  await monitor.measure(analysis);
  clock("measure");
};

if (asked.length === 1 && tasks[asked[0]]) {
  let last = performance.now();
  const steps = {};
  await tasks[asked[0]]((step) => {
    const now = performance.now();
    steps[step] = Number(((now - last) / 1000).toFixed(3));
    last = now;
  });
  const { user, system } = process.cpuUsage();
  const peak = Math.round(process.resourceUsage().maxRSS / 1000);
  console.log(JSON.stringify({ task: asked[0], rows: Number(rows), steps, cpu: (user + system) / 1e6, peak_mb: peak }));
} else {
  const self = fileURLToPath(import.meta.url);
  for (const task of asked.length ? asked : Object.keys(tasks)) {
    const run = spawnSync(process.execPath, [self, dir, rows, task], { encoding: "utf8" });
    console.log(run.status === 0 ? run.stdout.trim() : `${task} failed: ${run.stderr}`);
  }
}
rmSync(folder, { recursive: true, force: true });
