import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { expect, it } from "vitest";
import { configure } from "../../src/config/configure.js";
import { download } from "../../src/download/download.js";
import { buildFeatures } from "../../src/features/build-features.js";
import { load } from "../../src/load/load.js";
import { serve } from "../../src/service/serve.js";
import { openStore } from "../../src/store/open-store.js";
import { train } from "../../src/training/train.js";
import type { AlertEvent } from "../../src/watch/alerts/alert-event.js";
import { json, until } from "./serve-process.js";

it("an outage in the stream raises the alert at the week whose scores it spoils, and the next week clears it", {
  timeout: 240_000,
}, async () => {
  const root = mkdtempSync(join(tmpdir(), "churn-drift-"));
  mkdirSync(join(root, "notebooks"));
  writeFileSync(
    join(root, "churn.config.json"),
    JSON.stringify({
      source: "sample:?subscribers=700&days=105",
      features: { set: "behaviour", windows: [7, 14] },
      train: { engine: "forest", num_trees: [50], max_depth: [5], bootstrap_rounds: 20, permutation_repeats: 1 },
      monitor: { metrics: ["accuracy"], alert_after: 1 },
      serve: { port: 0, monitoring_port: 0, poll_interval: 1, poll_scores: true },
    }),
  );
  const settings = configure({}, { cwd: root, env: {} });
  const store = openStore(settings.store, () => {});
  await download(settings.download);
  await load(store, settings.load);
  await buildFeatures(store, settings.features);
  await train(store, settings.train);

  const service = await serve(store, settings, { log: pino({ level: "silent" }) });
  const alerts = (): AlertEvent[] => {
    const path = join(settings.monitor.output_dir, "alerts.jsonl");
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    return lines.map((line) => JSON.parse(line) as AlertEvent);
  };
  try {
    // the sample is loaded up to 14 April; on Monday, 20 May the masts of two regions fall out for a week
    const scenario = { scenario: "outage", scenario_day: "2024-05-20", scenario_days: 7 };
    const body = { batch_size: 4000, num_batches: 12, interval: 0.5, ...scenario };
    expect((await fetch(`${service.addresses.stream}/start_stream`, json(body))).status).toBe(200);
    await until(async () => {
      const state = (await (await fetch(`${service.addresses.stream}/stream`)).json()) as { running: boolean };
      return !state.running;
    }, 60);
    const metrics = async () => (await fetch(`${service.addresses.monitoring}/metrics`)).text();
    const labelled = "SELECT CAST(max(DP_DATE) AS VARCHAR) AS day FROM DP_CDR_Data";
    expect((await store.query(labelled)).get("day", 0)).toMatch(/^2024-07-/);
    const scored = `SELECT count(*) AS n FROM model_predictions WHERE "Date" >= DATE '2024-07-01'`;
    await until(async () => ((await store.query(scored)).get("n", 0) as number) > 0, 60);
    await until(async () => /churn_alerts_open 0/.test(await metrics()) && alerts().length > 2, 60);
  } finally {
    await service.close();
  }
  const told = (part: string) =>
    alerts()
      .filter((event) => event.part === part)
      .map(({ kind, chunk, cause }) => `${kind} ${chunk} ${cause}`);
  // the snapshot of 27 May looks back on the outage, that of 3 June on a week and more without it
  expect(told("realized")).toEqual([
    "alert 2024-05-27/2024-06-02 accuracy",
    "all_clear 2024-06-03/2024-06-09 accuracy",
  ]);
  // the features say it before the labels are in
  expect(told("univariate")[0]).toMatch(/^alert 2024-05-27\/2024-06-02/);
  const ids = alerts().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  rmSync(root, { recursive: true, force: true });
});
