import { resolve } from "node:path";
import { dateOf, dayOf } from "../core/days.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { writeAtomic } from "../core/write-atomic.js";
import { explainPlan } from "../features/explain-plan.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import type { Dataset } from "../training/dataset.js";
import { featureStrength, labelledRows } from "../training/leakage/feature-strength.js";
import { readDataset, snapshotTable } from "../training/read-dataset.js";
import { type CatalogueEntry, catalogueEntry } from "./catalogue-entry.js";
import { cataloguePage } from "./catalogue-page.js";
import type { CatalogueDays, FeatureCatalogue } from "./feature-catalogue-types.js";

/**
 * Writes the catalogue of the features in `Processed_Data` as one HTML page that needs no network: of each feature its meaning, unit and SQL, distribution, missing
 * share, ROC AUC alone with an interval by subscriber, and drift since training.
 *
 * @param store the store of the job; it is leased for the time of reading
 * @param options.file path of the page
 * @throws ChurnError NO_DATA without snapshots
 * @example
 * const { features } = await featureCatalogue(store, { file: "output/features.html" });
 */
export async function featureCatalogue(
  store: Store,
  { file }: { file: string },
  context: StageContext = {},
): Promise<FeatureCatalogue> {
  const read = await store.lease(
    async (db) => {
      const table = await snapshotTable(db);
      return { plan: table.plan, dataset: await readDataset(db, table, "true"), trained: await trainedUntil(db) };
    },
    { signal: context.signal },
  );
  const { plan, dataset, trained } = read;
  const explained = explainPlan(plan);
  const parts = partsOf(dataset, trained, plan.horizon);
  const known = labelledRows(dataset);
  const features: CatalogueEntry[] = [];
  for (const [j, feature] of explained.features.entries()) {
    throwIfInterrupted(context.signal, "features catalogue");
    context.onProgress?.({ task: "features catalogue", done: j, total: explained.features.length, unit: "features" });
    const column = dataset.columns[j];
    const take = (rows: Int32Array) => Float64Array.from(rows, (row) => column[row]);
    const strength = featureStrength(feature.name, column, known);
    features.push(catalogueEntry(feature, strength, { training: take(parts.training), now: take(parts.now) }));
  }
  const strength = ({ auc }: CatalogueEntry) => (auc ? Math.abs(auc.auc - 0.5) : -1);
  features.sort((a, b) => strength(b) - strength(a));
  const catalogue: FeatureCatalogue = {
    file: resolve(file),
    planHash: explained.hash,
    set: explained.set,
    label: explained.label,
    snapshots: dataset.label.length,
    labelled: known.rows.length,
    churned: known.churned,
    subscribers: new Set(dataset.subscriber).size,
    training: { ...daysOf(dataset, parts.training), why: parts.why },
    now: parts.now.length ? daysOf(dataset, parts.now) : null,
    features,
  };
  await writeAtomic(catalogue.file, cataloguePage(catalogue));
  context.onProgress?.({ task: "features catalogue", done: features.length, total: features.length, unit: "features" });
  return catalogue;
}

/** Until when the model in service knew labels, `YYYY-MM-DD`. */
async function trainedUntil(db: Database): Promise<string | null> {
  const found = await db.row<{ until: string | null }>(
    "SELECT CAST(trained_until AS VARCHAR) AS until FROM models WHERE in_service",
  );
  return found?.until ?? null;
}

/** The rows of the training days and of those since: by the model in service, else the first half of the days and the rest. */
function partsOf({ day }: Dataset, trained: string | null, horizon: number) {
  const days = [...new Set(day)].sort((a, b) => a - b);
  const last = trained === null ? days[Math.ceil(days.length / 2) - 1] : dayOf(trained) - horizon + 1;
  const byModel = trained !== null && days[0] <= last;
  const until = byModel || trained === null ? last : days[Math.ceil(days.length / 2) - 1];
  const rows = (belongs: (of: number) => boolean) =>
    Int32Array.from(Array.from(day, (_, i) => i).filter((i) => belongs(day[i])));
  return {
    training: rows((of) => of <= until),
    now: rows((of) => of > until),
    why: byModel
      ? "days whose labels the model in service could learn from"
      : `no model ${trained === null ? "is in service" : "of these days"}: the first half of the snapshot days stands for training`,
  };
}

function daysOf({ day }: Dataset, rows: Int32Array): CatalogueDays {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    first = Math.min(first, day[row]);
    last = Math.max(last, day[row]);
  }
  return { snapshots: rows.length, firstDay: dateOf(first), lastDay: dateOf(last) };
}
