import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "../config/configure.js";
import { openStore } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import { modelInService } from "../training/train.js";

/** What a whole run came to. */
export interface RunSummary {
  rowsLoaded: number;
  rowsStreamed: number;
  rejected: number;
  /** Rows that were loaded, streamed or set aside, each once. */
  read: number;
  subscribers: number;
  snapshots: number;
  modelVersion: string | null;
  auc: number | null;
  /** ROC AUC of the one-feature baseline: days since the last activity. */
  aucRecency: number | null;
  alerts: number | null;
  files: string[];
}

/** Reads from store, model and report what a run left. */
export async function summarizeRun(settings: Settings): Promise<RunSummary> {
  const found = await openStore(settings.store).lease(async (db) => {
    const counts = await db.oneRow<
      Pick<RunSummary, "rowsLoaded" | "rowsStreamed" | "rejected" | "read" | "subscribers">
    >(
      `SELECT coalesce(sum(rows) FILTER (kind = 'load'), 0) AS rowsLoaded, coalesce(sum(rows) FILTER (kind = 'stream'), 0) AS rowsStreamed,
        coalesce(sum(rejected), 0) AS rejected, coalesce(sum(lines - blank - held_back), 0) AS read, (SELECT count(DISTINCT DP_MSISDN) FROM DP_CDR_Data) AS subscribers FROM batches`,
    );
    const plan = await db.row<{ snapshots: number }>("SELECT snapshots FROM feature_plans WHERE is_current");
    return {
      ...counts,
      snapshots: plan?.snapshots ?? 0,
      model: await modelInService(db),
    };
  });
  const { model, ...counts } = found;
  const report = model ? (await loadModel(model.artifact)).facts.report : null;
  const recency =
    report?.candidates?.find(({ engine }) => engine === "recency") ??
    report?.baselines?.find(({ name }) => name === "recency");
  const path = join(settings.monitor.output_dir, "performance_report.json");
  const monitoring = await readFile(path, "utf8").then(
    (text) => JSON.parse(text) as { model_version: string; alerts: unknown[] },
    () => null,
  );
  return {
    ...counts,
    modelVersion: model?.model_version ?? null,
    auc: report?.metrics.roc_auc.value ?? null,
    aucRecency: recency?.metrics?.roc_auc.value ?? null,
    alerts: monitoring && monitoring.model_version === model?.model_version ? monitoring.alerts.length : null,
    files: ["monitoring_report.html", "features.html", "performance_report.csv"]
      .map((name) => join(settings.monitor.output_dir, name))
      .filter((file) => existsSync(file)),
  };
}
