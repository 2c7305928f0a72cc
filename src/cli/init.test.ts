import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "cli-init-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
writeFileSync(join(root, "churn.config.json"), "{}");
const line = (day: number, who: number) =>
  `${String(day + 1).padStart(2, "0")}/01/2024,u${who},${1 + ((day + who) % 4)}`;
const rows = Array.from({ length: 12 }, (_, day) => Array.from({ length: 15 }, (_, who) => line(day, who))).flat();
writeFileSync(join(root, "open.csv"), `day,user,clicks\n${rows.filter((_, at) => at % 3).join("\n")}\n`);
writeFileSync(
  join(root, "clear.csv"),
  `day,user,clicks\n${rows
    .map((row) => row.replace(/^(\d+)\/01\/2024/, "2024-01-$1"))
    .filter((_, at) => at % 3)
    .join("\n")}\n`,
);

function init(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHURN, "init", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}

describe("churn init", { timeout: 200_000 }, () => {
  it("writes a config, says where, and what to type next", () => {
    const { status, stdout } = init("clear.csv");
    expect(status).toBe(0);
    expect(stdout).toMatch(/written: clear\.config\.json\nnext: {4}npx churn run --config clear\.config\.json/);
    expect(JSON.parse(readFileSync(join(root, "clear.config.json"), "utf8"))).toMatchObject({
      ...{ source: "clear.csv", store: { path: "clear.churn/store.duckdb" }, data_dir: "clear.churn", grain: "day" },
      columns: { subscriber: "user", day: "day" },
      measures: { clicks: { kind: "count" } },
    });
  });

  it("never writes over a config, unless it is told to", () => {
    writeFileSync(join(root, "kept.config.json"), "mine");
    expect(init("clear.csv", "--output", "kept.config.json")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/kept\.config\.json is there already[\s\S]*--force/),
    });
    expect(readFileSync(join(root, "kept.config.json"), "utf8")).toBe("mine");
    expect(init("clear.csv", "--output", "kept.config.json", "--force").status).toBe(0);
  });

  it("asks nothing where there is no terminal: it says what is open first, and with --strict writes nothing", () => {
    const strict = init("open.csv", "--strict");
    expect(strict).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/leave something open[\s\S]*--time-format/),
    });
    const { status, stdout } = init("open.csv");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^The data leave open:\n\? the days fit DD\/MM\/YYYY and MM\/DD\/YYYY/);
    expect(init("open.csv", "--strict", "--force", "--time-format", "%d/%m/%Y").status).toBe(0);
  });

  it("tells all of it to machines", () => {
    const { status, stdout } = init("clear.csv", "--json", "--force");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ file: "clear.config.json", grain: "day", record_id: null, doubts: [] },
      ...{ config: { source: "clear.csv" }, days: { until: null, snapshot_every: 1 } },
    });
  });
});
