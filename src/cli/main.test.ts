import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cli-"));
  writeFileSync(join(root, "churn.config.json"), JSON.stringify({ source: "sample:?subscribers=200&days=90" }));
});

function churn(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHURN, ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> };
}

const COMMANDS = ["download", "load", "stream", "eda", "features", "train", "score", "monitor", "run", "doctor"];

describe("churn", { timeout: 120_000 }, () => {
  it("lists every command in its help, and each command has its own", () => {
    const help = churn("--help");
    expect(help.status).toBe(0);
    for (const command of COMMANDS) expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    for (const command of COMMANDS) {
      const own = churn(command, "--help");
      expect(own.status).toBe(0);
      expect(own.stdout).toContain("--json");
    }
  });

  it("exits with 2 and names the nearest flag, key or value when the usage is bad", () => {
    expect(churn("features", "--horizn", "3")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--horizon"),
    });
    expect(churn("features", "--horizon", "soon")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("whole number ≥ 1"),
    });
    expect(churn("features", "--set", "legasy")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"legacy"'),
    });
    expect(churn("featurs")).toMatchObject({ status: 2, stderr: expect.stringContaining("features") });
    expect(churn("load", "--config", "none.json")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("none.json"),
    });
  });

  it("exits with 1 and says what to do first when a stage before has not run", () => {
    expect(churn("load")).toMatchObject({ status: 1, stderr: expect.stringContaining("churn download") });
    const failed = churn("train", "--json");
    expect(failed.status).toBe(1);
    expect(failed.json()).toMatchObject({ error: { code: "NO_DATA" } });
  });

  it("runs stage by stage, each with a result for machines", () => {
    expect(churn("download", "--json").json()).toMatchObject({ up_to_date: false });
    expect(churn("download", "--json").json()).toMatchObject({ up_to_date: true });
    const loaded = churn("load", "--json").json();
    expect(loaded).toMatchObject({ rejected: 0, first_day: "2024-01-01" });
    expect(
      churn("stream", "--batch-size", "1000", "--num-batches", "3", "--interval", "0", "--json").json(),
    ).toMatchObject({ rows: 3000, origin: "sample" });
    expect(churn("features", "--json").json()).toMatchObject({ features: 121 });
    const trained = churn("train", "--bootstrap-rounds", "20", "--permutation-repeats", "0", "--json").json();
    expect(churn("score", "--json").json()).toMatchObject({ model_version: trained.model_version });
    const monitored = churn("monitor", "--json").json();
    expect(monitored).toMatchObject({ model_version: trained.model_version });
    expect(readFileSync(join(root, "output/performance_report.csv"), "utf8")).toMatch(/^chunk_key,/);
    expect(existsSync(join(root, "output/performance_plot.png"))).toBe(true);
  });

  it("keeps the model in service when the next one does not pass the gate", () => {
    const before = churn("score", "--json").json().model_version;
    const gate = churn(
      "train",
      "--bootstrap-rounds",
      "0",
      "--permutation-repeats",
      "0",
      "--min-auc",
      "0.999",
      "--seed",
      "7",
    );
    expect(gate).toMatchObject({ status: 1, stderr: expect.stringContaining("min_auc 0.999") });
    expect(churn("score", "--json").json().model_version).toBe(before);
  });

  it("says what it found", () => {
    const found = churn("doctor", "--json").json() as { findings: { name: string; state: string }[] };
    expect(found.findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Node", "kernel", "store", "Jupyter", "MySQL"]),
    );
    expect(found.findings.find(({ name }) => name === "kernel")?.state).toBe("ok");
  });
});
