import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../core/random.js";

const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));
let root: string;

function table(rows: number, first: number, shift: number): string {
  const rng = random(first + 1);
  const lines = Array.from({ length: rows }, (_, i) => {
    const calls = Math.round(20 * rng.next() * (1 - shift));
    const score = Math.min(1, Math.max(0, 0.9 - calls / 25 + 0.1 * rng.next()));
    const left = Number(rng.next() < score);
    const day = new Date(Date.UTC(2024, 0, first + Math.floor(i / 50))).toISOString().slice(0, 10);
    return [
      `${first}-${i}`,
      `${day} 08:00:00`,
      calls,
      calls % 3 ? '"pre, paid"' : "",
      score,
      Number(score > 0.5),
      left,
    ];
  });
  return ["who,scored_at,calls,plan,score,called,left", ...lines.map((line) => line.join(","))].join("\n");
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "monitor-files-"));
  writeFileSync(join(root, "r.csv"), table(1000, 1, 0));
  writeFileSync(join(root, "a.csv"), table(500, 21, 0.6));
  const columns = {
    timestamp: "scored_at",
    identifier: "who",
    y_pred_proba: "score",
    y_pred: "called",
    y_true: "left",
  };
  const config = {
    columns,
    chunking: { period: "D" },
    realized: { metrics: ["roc_auc", "f1"] },
    univariate: {},
    stats: { statistics: ["avg", "count"] },
    ranking: {},
  };
  writeFileSync(join(root, "monitor.json"), JSON.stringify(config));
  writeFileSync(join(root, "nann.yml"), YAML);
});
afterAll(() => rmSync(root, { recursive: true }));

const YAML = `
input:
  reference_data: { path: r.csv }
  analysis_data: { path: a.csv }
calculators:
  - type: performance
    params: { y_true: left, y_pred: called, y_pred_proba: score, timestamp_column_name: scored_at, metrics: [accuracy], chunk_period: D, problem_type: classification_binary }
`;

function monitor(...args: string[]) {
  const run = spawnSync(process.execPath, [CHURN, "monitor", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { ...run, json: () => JSON.parse(run.stdout) };
}

const header = (path: string) => readFileSync(join(root, path), "utf8").split("\n")[0]?.split(",") ?? [];

describe("churn monitor on files", { timeout: 120_000 }, () => {
  it("writes a table a part with NannyML's names, and says what changed", () => {
    const flags = ["--reference", "r.csv", "--analysis", "a.csv", "--config", "monitor.json", "--output", "out"];
    const run = monitor(...flags, "--json");
    expect(run.stderr).toBe("");
    const { verdict, parts, files } = run.json();
    expect(verdict.changes.map(({ column }: { column: string }) => column)).toContain("calls");
    expect(parts).toContainEqual({ part: "realized", chunks: 30, series: 2 });
    expect(files.map((file: string) => file.slice(4))).toEqual([
      ...["realized.csv", "univariate.csv", "source.csv", "stats_avg.csv", "stats_count.csv", "stats.csv"],
      "ranking.csv",
      ...["results.parquet", "report.html", "monitor.json"],
    ]);
    expect(header("out/realized.csv").slice(5, 10)).toEqual([
      ...["chunk_end_date", "chunk_period", "chunk_targets_missing_rate", "roc_auc_sampling_error", "roc_auc_value"],
    ]);
    expect(header("out/univariate.csv")).toContain("plan_jensen_shannon_upper_threshold");
    expect(header("out/stats.csv")).toEqual(expect.arrayContaining(["calls_values_avg_value", "rows_count_alert"]));
  });

  it("reads the configuration of nml run, and flags win over it", () => {
    const run = monitor("--config", "nann.yml", "--output", "nml", "--compat", "nannyml");
    expect(run.stderr).toBe("");
    expect(run.stdout).toContain(join("nml", "realized.csv"));
    expect(header("nml/realized.csv")).toContain("accuracy_value");
  });

  it("says what is missing, and refuses what belongs to the store", () => {
    expect(monitor("--reference", "r.csv", "--config", "monitor.json")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"--analysis" is missing'),
    });
    const mixed = monitor("--reference", "r.csv", "--analysis", "a.csv", "--metrics", "f1");
    expect(mixed).toMatchObject({ status: 2, stderr: expect.stringContaining("--metrics has no meaning with files") });
    const gone = monitor("--reference", "none.csv", "--analysis", "a.csv", "--config", "monitor.json");
    expect(gone.status).toBe(1);
    expect(gone.stderr).toMatch(/none\.csv/);
    expect(gone.stderr).not.toContain("unexpected error");
  });
});
