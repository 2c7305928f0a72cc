import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { smallJob, trainedStore } from "../../test/run/trained-store.js";
import { random } from "../core/random.js";
import { currentPlan } from "../features/build-features.js";
import { openStore, type Store } from "../store/open-store.js";
import type { AlertEvent } from "../watch/alerts/alert-event.js";
import { monitorOptions } from "../watch/options.js";
import type { ServerParts } from "./make-server.js";
import { ServiceMetrics } from "./metrics.js";
import { MonitoringRunner } from "./monitoring-runner.js";
import { monitoringService } from "./monitoring-service.js";
import { serveOptions } from "./options.js";
import { Poller } from "./poller.js";

const trained = mkdtempSync(join(tmpdir(), "trained-"));
let version: string;
let features: number;
let folder: string;
let store: Store;
let runner: MonitoringRunner;
let app: FastifyInstance;
let metrics: ServiceMetrics;
const log = pino({ level: "silent" });

// a real model, whose scores are then replaced
beforeAll(async () => {
  const store = await trainedStore(
    smallJob(trained, {
      features: { set: "behaviour", windows: [7] },
      train: { engine: "forest", num_trees: [10], max_depth: [4], bootstrap_rounds: 10, permutation_repeats: 1 },
    }),
  );
  await store.lease(async (db) => {
    features = (await currentPlan(db))?.plan.features.length as number;
    version = (await db.row<{ v: string }>("SELECT model_version AS v FROM models WHERE in_service"))?.v as string;
    await db.run("DELETE FROM model_predictions");
  });
}, 120_000);
afterAll(() => rmSync(trained, { recursive: true, force: true }));

const settings = () => monitorOptions.parse({ output_dir: folder, alert_after: 1 });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "monitoring-"));
  cpSync(join(trained, "churn.duckdb"), join(folder, "churn.duckdb"));
  store = openStore({ path: join(folder, "churn.duckdb") });
  metrics = new ServiceMetrics();
  runner = new MonitoringRunner(store, settings(), log, metrics);
  const parts: ServerParts = {
    settings: serveOptions.parse({}),
    token: undefined,
    log,
    metrics,
    version: "1",
    ready: async () => {},
  };
  app = await monitoringService(runner, parts);
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

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
    const x = Array.from({ length: features }, () => draw.next().toFixed(4)).join(",");
    return `('${version}', 'u${i}', '${monday}', '${period}', ${told}, ${p > 0.45 ? 1 : 0}, ${1 - p}, ${p}, 0, 0, '${x}', now()::TIMESTAMP)`;
  });
  await store.lease((db) => db.run(`INSERT OR REPLACE INTO model_predictions VALUES ${rows.join(",")}`));
}

async function model() {
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
  it("answers in the words of the legacy system, and writes its files", async () => {
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
    await store.lease((db) => db.run("DELETE FROM models"));
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
    const realized = () =>
      told()
        .filter(({ part }) => part === "realized")
        .map(({ kind, chunk, cause }) => `${kind} ${chunk} ${cause}`)
        .sort();
    await model();
    await week(8);
    await week(9, { good: false, labels: "none" });
    await poller().look();
    expect(realized()).toEqual([]);
    await week(9, { good: false });
    await week(10, { labels: "none" });
    await poller().look();
    const raised = ["accuracy", "f1", "roc_auc"].map((cause) => `alert 2024-03-04/2024-03-10 ${cause}`);
    expect(realized()).toEqual(raised);
    expect((await app.inject("/metrics")).body).toMatch(/churn_alerts_open [1-9]/);
    await runner.run();
    expect(realized()).toEqual(raised);
    await week(10);
    await week(11);
    // another process, after a crash
    runner = new MonitoringRunner(store, settings(), log, metrics);
    await poller().look();
    await poller().look();
    await runner.run();
    const cleared = ["accuracy", "f1", "roc_auc"].map((cause) => `all_clear 2024-03-11/2024-03-17 ${cause}`);
    expect(realized()).toEqual([...raised, ...cleared].sort());
    expect(new Set(told().map(({ id }) => id)).size).toBe(told().length);
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
