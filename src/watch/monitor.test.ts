import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smallJob, trainedStore } from "../../test/run/trained-store.js";
import { buildFeatures } from "../features/build-features.js";
import { score } from "../scoring/score.js";
import type { Store } from "../store/open-store.js";
import { stream } from "../stream/stream.js";
import { monitor } from "./monitor.js";

const folder = mkdtempSync(join(tmpdir(), "monitor-"));
const settings = smallJob(folder, {
  features: { set: "behaviour" },
  stream: { batch_size: 2000, num_batches: 2, interval: 0, scenario: "data-shift" },
  monitor: { alert_file: join(folder, "alerts.ndjson"), metrics: ["roc_auc", "accuracy"] },
});
let store: Store;

beforeAll(async () => {
  store = await trainedStore(settings);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

const later = async (batches: number) => {
  await stream(store, { ...settings.stream, num_batches: batches });
  await buildFeatures(store, settings.features);
  await score(store, settings.score);
};
const kept = () =>
  store.lease((db) => db.rows(`SELECT * EXCLUDE (computed_at, settings) FROM monitoring_results ORDER BY ALL`));

it("says that there is nothing to judge before anything is scored", async () => {
  await store.lease((db) => db.run("DELETE FROM model_predictions WHERE period = 'analysis'"));
  const { verdict, warnings, analysed } = await monitor(store, settings.monitor);
  expect(analysed).toBe(0);
  expect(verdict.headline).toMatch(/^Nothing to judge yet/);
  expect(warnings.join()).toMatch(/scored nothing since its training/);
});

it("computes new chunks and those whose labels came in, and keeps the rest", async () => {
  await later(2);
  const first = await monitor(store, settings.monitor);
  expect(first.computed.length).toBeGreaterThan(1);
  expect(Object.keys(first.results)).toEqual([
    "realized",
    "cbpe",
    "calibration",
    "univariate",
    "pca",
    "missing",
    "source",
    "stats_avg",
  ]);

  const again = await monitor(store, settings.monitor);
  expect(again.computed).toEqual([]);
  expect(again.performance.toRows()).toEqual(first.performance.toRows());
  expect(again.told.events).toEqual([]);

  await later(4);
  const more = await monitor(store, settings.monitor);
  expect(more.computed.length).toBeGreaterThan(0);
  expect(more.computed.length).toBeLessThan(more.performance.chunks.length);
  expect(more.lateLabels.length).toBeGreaterThan(0);
  const incremental = await kept();
  const whole = await monitor(store, { ...settings.monitor, refresh: true });
  expect(await kept()).toEqual(incremental);
  for (const [part, result] of Object.entries(more.results)) {
    expect(result.toRows()).toEqual(whole.results[part as keyof typeof whole.results]?.toRows());
  }
  expect(more.verdict).toEqual(whole.verdict);
}, 180_000);

it("names the feature that changed, tells it once, and writes a page that needs no network", async () => {
  const { verdict, files } = await monitor(store, settings.monitor);
  expect(verdict.changes[0]?.column).toMatch(/^M_Data_Sum/);
  const alerts = readFileSync(join(folder, "alerts.ndjson"), "utf8").trimEnd().split("\n");
  const ids = alerts.map((line) => JSON.parse(line).id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(alerts.join()).toContain("M_Data_Sum");
  const page = readFileSync(files.find((file) => file.endsWith("monitoring_report.html")) as string, "utf8");
  expect(page).toContain("M_Data_Sum");
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  expect(files.every((file) => existsSync(file))).toBe(true);
});

it("computes all chunks again when other metrics are asked for, and nothing is doubled", async () => {
  const asked = await monitor(store, { ...settings.monitor, metrics: ["f1"], drift_columns: ["M_Data_Sum_sum_7d"] });
  expect(asked.computed.length).toBe(asked.performance.chunks.filter(({ period }) => period === "analysis").length);
  const metrics = new Set((await kept()).map(({ part, metric }) => `${part} ${metric}`));
  expect(metrics).toContain("realized f1");
  expect(metrics).not.toContain("realized roc_auc");
  await expect(monitor(store, { ...settings.monitor, drift_columns: ["M_Data_Sum_sum_7"] })).rejects.toThrow(
    /did you mean "M_Data_Sum_sum_7d"/,
  );
});
