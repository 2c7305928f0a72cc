import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { writePredictions } from "../store/write-predictions.js";
import { loadModel, saveModel } from "./artifact.js";
import { checkGate, type Gate, requireGate } from "./check-gate.js";
import type { ChurnModel } from "./churn-model.js";
import type { TrainOptions } from "./options.js";
import { fairLabel, readDataset, snapshotTable, staysOnlyNotes } from "./read-dataset.js";
import { folderMemory } from "./search-memory.js";
import { type TrainResult, trainModel } from "./train-model.js";

/** A trained model that went into service, with all that the training tells. */
export interface TrainStageResult extends TrainResult {
  modelVersion: string;
  /** The model's file, and its card beside it. */
  artifact: string;
  card: string;
  gate: Gate;
  /** Test rows written to `model_predictions` as the reference of monitoring. */
  predictions: number;
}

/** What the store knows of a model. */
export type StoredModel = {
  model_version: string;
  artifact: string;
  /** Labels that were known by the end of this day trained it; `YYYY-MM-DD`. */
  trained_until: string;
};

/**
 * Trains a model on the snapshots in `Processed_Data` whose label was known when the loaded range ended, saves it and puts
 * it into service; its test scores become the reference in `model_predictions`.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns metrics on the held-out test, charts, importances and the path of the artifact
 * @throws ChurnError NO_DATA without snapshots; GATE_FAILED when the model is not good enough: the one in service stays
 * @example
 * const { metrics, charts } = await train(store, { folds: 5 });
 * await charts.roc.save("roc.png");
 */
export async function train(
  store: Store,
  options: TrainOptions = {},
  context: StageContext = {},
): Promise<TrainStageResult> {
  const { table, dataset, previous, notes } = await store.lease(
    async (db) => {
      const table = await snapshotTable(db);
      const known = `"Date" + ${table.plan.horizon - 1} <= DATE '${table.loadedUntil}' AND ${fairLabel(table)} IS NOT NULL`;
      const dataset = await readDataset(db, table, known);
      return { table, dataset, previous: await modelInService(db), notes: await staysOnlyNotes(db, table) };
    },
    { signal: context.signal },
  );
  if (dataset.label.length === 0) {
    throw new ChurnError("NO_DATA", "no snapshot has a label that was known when the loaded range ended", {
      hint: `load more days, or use a shorter horizon (features.horizon is ${table.plan.horizon})`,
    });
  }
  const memory = folderMemory(join(dirname(store.path), "models", "search", store.mark));
  const result = await trainModel(dataset, options, { ...context, memory, notes });
  const gate = checkGate(result, dataset, previous && (await readPrevious(previous)));
  const path = join(dirname(store.path), "models", `model_${result.model.version}.json`);
  const saved = await saveModel(path, result.model, { createdAt: new Date().toISOString() });
  await memory.clear();
  requireGate(gate);

  const { rows, probability, prediction, score } = result.holdout;
  const day = rows.map((row) => dataset.day[row]);
  const trees = Math.max(1, result.model.trees.numTrees);
  const predictions = await store.lease((db) =>
    db.transaction(async () => {
      await db.run("UPDATE models SET in_service = false");
      await db.run("INSERT OR REPLACE INTO models VALUES ($1, $2, $3, CAST($4 AS DATE), CAST($5 AS DATE), true)", [
        saved.modelVersion,
        path,
        table.planHash,
        dateOf(day.reduce((first, each) => Math.min(first, each), dayOf("9999-12-31"))),
        table.loadedUntil,
      ]);
      return writePredictions(
        db,
        { version: saved.modelVersion, features: dataset.features, table: table.table, label: fairLabel(table, "p.") },
        "reference",
        {
          subscriber: Array.from(rows, (row) => dataset.subscriber[row]),
          day,
          probability,
          prediction,
          votes: score.map((share) => share * trees),
          trees,
        },
      );
    }),
  );
  return { ...result, modelVersion: saved.modelVersion, artifact: path, card: saved.card, gate, predictions };
}

/** The model in service, to compare with; its file may have been removed, but a damaged one is for the user to know of. */
async function readPrevious({ artifact }: StoredModel): Promise<ChurnModel | null> {
  return existsSync(artifact) ? loadModel(artifact) : null;
}

const MODELS = "SELECT model_version, artifact, CAST(trained_until AS VARCHAR) AS trained_until FROM models";

/** The model that scores now, or undefined. */
export async function modelInService(db: Database): Promise<StoredModel | undefined> {
  return db.row<StoredModel>(`${MODELS} WHERE in_service`);
}

/**
 * Finds a model in the store: the named version, or the one in service.
 *
 * @throws ChurnError NOT_FOUND when there is none
 */
export async function findModel(db: Database, version: string | null): Promise<StoredModel> {
  const found = version
    ? await db.row<StoredModel>(`${MODELS} WHERE model_version = $1`, [version])
    : await modelInService(db);
  if (found) return found;
  throw new ChurnError(
    "NOT_FOUND",
    version ? `the store knows no model ${JSON.stringify(version)}` : "no model is in service",
    {
      hint: "churn train",
    },
  );
}

/** Reads the trained model itself. */
export async function openModel(store: Store, version: string | null = null): Promise<ChurnModel> {
  return loadModel((await store.lease((db) => findModel(db, version))).artifact);
}
