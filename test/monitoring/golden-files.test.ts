import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import type { MonitorConfig } from "../../src/entries/monitoring.js";
import { monitorFiles } from "../../src/index.js";
import { type Cell, compareRows, golden, goldenCsv, type Tally } from "./golden.js";

const folder = mkdtempSync(join(tmpdir(), "golden-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const executed = golden("executed");
const tally: Tally = { compared: 0, agreed: 0, misses: [] };

const at = (name: string) => join(folder, name);
for (const name of [
  "micro_churn_reference.csv",
  "micro_churn_analysis.csv",
  "synthetic_car_loan_analysis_target.csv",
]) {
  writeFileSync(at(name), goldenCsv(name));
}
for (const name of ["synthetic_car_loan_reference.csv", "synthetic_car_loan_analysis.csv"]) {
  writeFileSync(at(`${name}.gz`), gzipSync(goldenCsv(name), { level: 1 }));
}

/** Rows of a CSV file that was written, with cells typed as they print. */
function written(path: string): Record<string, Cell>[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, typed(cells[i])]));
  });
}

function typed(cell: string): Cell {
  if (cell === "") return null;
  if (cell === "True" || cell === "False") return cell === "True";
  return Number.isFinite(Number(cell)) ? Number(cell) : cell;
}

const random = /average_precision_(sampling_error|(upper|lower)_confidence_boundary)$/;

function compare(output: string, part: string, name: string, relative = 1e-9): void {
  const before = tally.misses.length;
  const rows = written(join(output, `${part}.csv`));
  const skip = (column: string) => random.test(column.replaceAll("/", "_"));
  compareRows(rows, executed[name].expected, { relative, skip }, tally, name);
  expect(tally.misses.slice(before)).toEqual([]);
}

function performance(name: string) {
  const { metrics, normalize_confusion_matrix, business_value_matrix, normalize_business_value } =
    executed[name].config;
  return { metrics, normalize_confusion_matrix, business_value_matrix, normalize_business_value };
}

it("files in, NannyML's tables out: car loans by month, labels from a file of their own", async () => {
  const output = at("carloan");
  const realized = "carloan_realized_monthly_cm-true_bv-per_prediction";
  const cbpe = "carloan_cbpe_monthly_cm-true_bv-per_prediction";
  const drift = executed.carloan_univariate_monthly.config;
  const config: MonitorConfig = {
    columns: {
      timestamp: "timestamp",
      y_pred_proba: "y_pred_proba",
      y_pred: "y_pred",
      y_true: "repaid",
    },
    chunking: { period: "M" },
    realized: performance(realized),
    cbpe: performance(cbpe),
    univariate: {
      column_names: drift.column_names,
      treat_as_categorical: drift.treat_as_categorical,
      continuous_methods: drift.continuous_methods,
      categorical_methods: drift.categorical_methods,
    },
    stats: { column_names: ["car_value", "debt_to_income_ratio", "driver_tenure"], statistics: ["avg", "sum", "std"] },
    ranking: {},
  };
  const { files, warnings } = await monitorFiles({
    reference: at("synthetic_car_loan_reference.csv.gz"),
    analysis: at("synthetic_car_loan_analysis.csv.gz"),
    targets: at("synthetic_car_loan_analysis_target.csv"),
    join: "id",
    config,
    output,
    compat: "nannyml",
  });
  expect(warnings).toEqual([]);
  expect(files.map((file) => file.slice(output.length + 1))).toEqual([
    ...["realized.csv", "cbpe.csv", "univariate.csv", "stats_avg.csv", "stats_sum.csv", "stats_std.csv"],
    ...["stats.csv", "ranking.csv", "results.parquet", "report.html", "monitor.json"],
  ]);
  compare(output, "realized", realized);
  compare(output, "cbpe", cbpe);
  compare(output, "univariate", "carloan_univariate_monthly", 1e-8);
  for (const name of ["avg", "sum", "std"]) {
    const { columns, rows } = executed[`carloan_stats_${name}_monthly`].expected;
    const kept = (column: string[]) => ["chunk", ...(config.stats?.column_names ?? [])].includes(column[0]);
    const expected = {
      columns: columns.filter(kept),
      rows: rows.map((row: Cell[]) => row.filter((_, i) => kept(columns[i]))),
    };
    const before = tally.misses.length;
    compareRows(written(join(output, `stats_${name}.csv`)), expected, { relative: 1e-8 }, tally, name);
    expect(tally.misses.slice(before)).toEqual([]);
  }
}, 60_000);

it("files in, NannyML's tables out: small chunks with missing scores, labels, values and truth values", async () => {
  const output = at("micro");
  const realized = "micro_realized_weekly_cm-None_bv-None";
  const missing = "micro_missing_monthly_normalize-True";
  const base = {
    timestamp: "timestamp",
    identifier: "id",
    y_pred_proba: "y_pred_proba",
    y_pred: "y_pred",
    y_true: "churned",
  };
  const run = (name: string, config: MonitorConfig) =>
    monitorFiles({
      reference: at("micro_churn_reference.csv"),
      analysis: at("micro_churn_analysis.csv"),
      config: { columns: base, ...config },
      output: join(output, name),
      compat: "nannyml",
    });
  const drift = executed.micro_univariate_weekly.config;
  await run("weekly", {
    chunking: { period: "W" },
    realized: performance(realized),
    univariate: {
      column_names: drift.column_names,
      treat_as_categorical: drift.treat_as_categorical,
      continuous_methods: drift.continuous_methods,
      categorical_methods: drift.categorical_methods,
    },
  });
  compare(join(output, "weekly"), "realized", realized);
  compare(join(output, "weekly"), "univariate", "micro_univariate_weekly", 1e-8);
  await run("monthly", {
    chunking: { period: "M" },
    missing: { column_names: executed[missing].config.column_names },
    unseen: { column_names: executed["micro_unseen_monthly_normalize-True"].config.column_names },
    pca: { column_names: executed.micro_pca_monthly.config.column_names },
    stats: { statistics: ["count"] },
  });
  compare(join(output, "monthly"), "missing", missing);
  compare(join(output, "monthly"), "unseen", "micro_unseen_monthly_normalize-True");
  compare(join(output, "monthly"), "pca", "micro_pca_monthly");
  compare(join(output, "monthly"), "stats_count", "micro_stats_rowcount_monthly");
}, 60_000);

it("prints how many cells were compared and agreed", () => {
  console.log(`files: ${tally.compared} cells compared, ${tally.agreed} agreed`);
  expect(tally.agreed).toBe(tally.compared);
  expect(tally.compared).toBeGreaterThan(9000);
});
