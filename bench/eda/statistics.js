// Times summary, correlations, churn rates and sums by day on columns in memory, on one thread.
//
//   npm run build && node bench/eda/statistics.js 3000000 [folder to leave the columns in, for peers.py]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "../../dist/core/random.js";
import { byDay } from "../../dist/eda/by-day.js";
import { churnRates } from "../../dist/eda/churn-rates.js";
import { correlateWithLabel } from "../../dist/eda/label-correlation.js";
import { summarize } from "../../dist/eda/summarize.js";
import { tally } from "../../dist/eda/tally.js";

const rows = Number(process.argv[2] ?? 600_000);
const folder = process.argv[3];

// eight columns as a log has them: heavy tails, a third of zeros; every other one a count
const draw = random("eda-bench");
const label = Float64Array.from({ length: rows }, () => Number(draw.next() < 0.1));
const days = Int32Array.from({ length: rows }, (_, i) => 19_800 + (i % 120));
const columns = Object.fromEntries(
  Array.from({ length: 8 }, (_, c) => {
    const usage = () => (draw.next() < 0.33 ? 0 : Math.exp(1 + draw.normal()));
    return [`c${c}`, Float64Array.from({ length: rows }, () => (c % 2 ? usage() * 100 : Math.floor(usage())))];
  }),
);
if (folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, values] of Object.entries({ ...columns, label }))
    writeFileSync(join(folder, `${name}.f64`), values);
  writeFileSync(join(folder, "day.i32"), days);
}

const best = {};
for (let round = 0; round < 5; round++) {
  let last = performance.now();
  const lap = (name) => {
    const now = performance.now();
    best[name] = Math.min(best[name] ?? Infinity, now - last);
    last = now;
  };
  const tallies = Object.entries(columns).map(([name, values]) => [name, tally(values, label)]);
  lap("tally");
  for (const [name, counted] of tallies) summarize(name, counted);
  lap("summary");
  for (const [name, counted] of tallies) correlateWithLabel(name, counted);
  lap("Pearson and Spearman");
  byDay(days, columns);
  lap("by day");
  for (const [, counted] of tallies) churnRates(counted);
  lap("churn rates");
}
for (const [name, ms] of Object.entries(best)) console.log(name.padEnd(22), `${ms.toFixed(0)} ms`);
const shared = best.tally + best.summary + best["Pearson and Spearman"] + best["by day"];
console.log(
  "all but churn rates".padEnd(22),
  `${shared.toFixed(0)} ms, ${rows.toLocaleString("en-US")} rows × 8 columns`,
);
