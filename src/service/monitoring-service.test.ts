import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import type { AlertEvent } from "../monitoring/alert-events.js";
import { monitorOptions } from "../monitoring/options.js";
import { openStore, type Store } from "../store/open-store.js";
import type { ServerParts } from "./make-server.js";
import { Metrics } from "./metrics.js";
import { MonitoringRunner } from "./monitoring-runner.js";
import { monitoringService } from "./monitoring-service.js";
import { serveOptions } from "./options.js";
import { Poller } from "./poller.js";

let folder: string;
let store: Store;
let runner: MonitoringRunner;
let app: FastifyInstance;
let metrics: Metrics;
const log = pino({ level: "silent" });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "monitoring-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
  metrics = new Metrics();
  runner = new MonitoringRunner(store, monitorOptions.parse({ output_dir: folder }), log, metrics);
  const settings = serveOptions.parse({});
  const parts: ServerParts = { settings, token: undefined, log, metrics, version: "1", ready: async () => {} };
  app = await monitoringService(runner, parts);
});
afterEach(() => app.close());

const draw = random("predictions");

/** Snapshots of one Monday: 300 subscribers, whose scores tell churners or not; labels may be out. */
async function week(
  number: number,
  { good = true, labels = "both" }: { good?: boolean; labels?: "both" | "none" | "one" } = {},
) {
  const monday = new Date(Date.UTC(2024, 0, 1 + 7 * number)).toISOString().slice(0, 10);
  const rows = Array.from({ length: 300 }, (_, i) => {
    const label = i % 5 === 0 ? 1 : 0;
    const seen = good ? label : Number(!label);
    const p = Math.min(0.99, Math.max(0.01, 0.2 + 0.5 * seen + 0.15 * draw.normal()));
    const told = labels === "both" ? label : labels === "one" ? 0 : "NULL";
    const period = number < 8 ? "reference" : "analysis";
    return `('m1', 'u${i}', '${monday}', '${period}', ${told}, ${p > 0.45 ? 1 : 0}, ${1 - p}, ${p}, 0, 0, '', now()::TIMESTAMP)`;
  });
  await store.lease((db) => db.run(`INSERT OR REPLACE INTO model_predictions VALUES ${rows.join(",")}`));
}

async function model() {
  await store.lease((db) => db.run("INSERT INTO models VALUES ('m1', 'none.json', 'plan', NULL, NULL, true)"));
  for (let number = 0; number < 8; number++) await week(number);
}

const told = (): AlertEvent[] =>
  existsSync(join(folder, "alerts.jsonl"))
    ? readFileSync(join(folder, "alerts.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as AlertEvent)
    : [];

describe("GET /run-monitoring", () => {
  it("answers in the words of the seed system, and writes its files", async () => {
    await model();
    await week(8);
    const answer = await app.inject("/run-monitoring");
    expect([answer.statusCode, answer.body]).toEqual([200, '{"message":"Monitoring completed and saved."}']);
    for (const name of ["performance_report.csv", "performance_plot.png"])
      expect(existsSync(join(folder, name))).toBe(true);
    expect((await app.inject("/metrics")).body).toContain('churn_monitoring_runs_total{result="completed"} 1');
  });

  it("warns where the labels are of one class", async () => {
    await model();
    await week(8, { labels: "one" });
    const answer = await app.inject("/run-monitoring");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ warning: expect.stringContaining("Only one class (0) is present") });
  });

  it("answers 500 with the error, and without its inside", async () => {
    const answer = await app.inject("/run-monitoring");
    expect([answer.statusCode, answer.json()]).toEqual([500, { error: "no model is in service" }]);
    expect((await app.inject("/start_stream")).json()).toEqual({ error: "there is no GET /start_stream" });
  });

  it("runs once for all who ask while it runs", async () => {
    await model();
    await week(8);
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.inject("/run-monitoring")));
    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect((await app.inject("/metrics")).body).toContain('churn_monitoring_runs_total{result="completed"} 2');
  });
});

describe("the poller", () => {
  const poller = (interval = 60) => new Poller(store, runner, { interval, folder }, log, metrics);

  it("monitors when scores or labels are new, and remembers what it saw", async () => {
    expect(await poller().look()).toBe(false);
    await model();
    expect(await poller().look()).toBe(true);
    expect(await poller().look()).toBe(false);
    await week(8, { labels: "none" });
    expect(await poller().look()).toBe(true);
    await week(8);
    expect(await poller().look()).toBe(true);
    expect(await poller().look()).toBe(false);
  });

  it("raises the alert at the chunk that is bad, when its labels are in, and clears it at the next good one: once each", async () => {
    await model();
    await week(8);
    await week(9, { good: false, labels: "none" });
    await poller().look();
    expect(told()).toEqual([]);
    await week(9, { good: false });
    await poller().look();
    // rows may still come to the last chunk
    expect(told()).toEqual([]);
    await week(10, { labels: "none" });
    await poller().look();
    const alerts = told();
    expect(new Set(alerts.map(({ kind, chunk }) => `${kind} ${chunk}`))).toEqual(
      new Set(["alert 2024-03-04/2024-03-10"]),
    );
    expect(alerts.map(({ cause }) => cause).sort()).toEqual(["accuracy", "f1", "roc_auc"]);
    expect((await app.inject("/metrics")).body).toContain("churn_alerts_open 3");
    await runner.run();
    expect(told()).toEqual(alerts);
    await week(10);
    await week(11, { labels: "none" });
    // another process, after a crash
    runner = new MonitoringRunner(store, monitorOptions.parse({ output_dir: folder }), log, metrics);
    await poller().look();
    await poller().look();
    await runner.run();
    const after = told().slice(3);
    expect(after.map(({ kind, chunk, cause }) => `${kind} ${chunk} ${cause}`).sort()).toEqual([
      "all_clear 2024-03-11/2024-03-17 accuracy",
      "all_clear 2024-03-11/2024-03-17 f1",
      "all_clear 2024-03-11/2024-03-17 roc_auc",
    ]);
    expect((await app.inject("/metrics")).body).toContain("churn_alerts_open 0");
  });

  it("never looks twice at a time, tries a failed look again, and ends after the one in flight", async () => {
    await model();
    await week(8);
    let now = 0;
    let most = 0;
    let runs = 0;
    const run = runner.run.bind(runner);
    runner.run = async () => {
      most = Math.max(most, ++now);
      try {
        await new Promise((resolve) => setTimeout(resolve, 150));
        if (++runs === 1) throw new Error("the disk is full");
        return await run();
      } finally {
        now--;
      }
    };
    const looking = poller(0.1);
    looking.start();
    while (runs < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await looking.stop();
    expect([most, now, runs]).toEqual([1, 0, 2]);
    expect(await poller().look()).toBe(false);
  });
});
