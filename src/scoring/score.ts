import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import type { Store } from "../store/open-store.js";
import { writePredictions } from "../store/write-predictions.js";
import { loadModel } from "../training/artifact.js";
import { type HeldOutAuc, heldOutAuc } from "../training/held-out-auc.js";
import { fairLabel, readDataset } from "../training/read-dataset.js";
import { scoreDataset } from "../training/score-dataset.js";
import { findModel } from "../training/train.js";
import { findSnapshots } from "./find-snapshots.js";
import { type ScoreOptions, scoreOptions } from "./options.js";

/** What was scored. */
export interface ScoreResult extends HeldOutAuc {
  modelVersion: string;
  snapshots: number;
  /** Snapshots that the model calls churners. */
  flagged: number;
  /** Snapshots whose label is known by now. */
  labelled: number;
  firstDay: string | null;
  lastDay: string | null;
}

/**
 * Scores the snapshots whose label was not known yet when the model was trained; rows of an earlier run are replaced, and
 * labels that have come in since are filled in. Features come from the plan that the model carries.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns how many snapshots were scored, of which days, and by which model
 * @throws ChurnError NOT_FOUND without a model; NO_DATA without snapshots; BAD_INPUT when `Processed_Data` was made by
 *   another plan and the model carries none
 * @example
 * const { modelVersion } = await score(store);
 */
export async function score(
  store: Store,
  options: ScoreOptions = {},
  context: StageContext = {},
): Promise<ScoreResult> {
  const settings = scoreOptions.parse(options);
  return store.lease(
    async (db) => {
      const stored = await findModel(db, settings.model);
      const model = await loadModel(stored.artifact);
      const table = await findSnapshots(db, model);
      const from = settings.start_date
        ? `"Date" >= DATE '${settings.start_date}'`
        : `"Date" + ${table.plan.horizon - 1} > DATE '${stored.trained_until}'`;
      const dataset = await readDataset(db, table, from);
      context.onProgress?.({ task: "score", done: 0, total: dataset.label.length, unit: "snapshots" });
      if (dataset.label.length === 0) {
        throw new ChurnError("NO_DATA", "there is no snapshot to score", {
          hint: "stream or load newer days, then churn features",
        });
      }
      const { probability, prediction } = scoreDataset(model, dataset);
      const trees = Math.max(1, model.trees.numTrees);
      const votes = model.score({ names: dataset.features, columns: dataset.columns }).map((share) => share * trees);
      const { subscriber, day } = dataset;
      const snapshots = await db.transaction(() =>
        writePredictions(
          db,
          { version: model.version, features: dataset.features, table: table.table, label: fairLabel(table, "p.") },
          "analysis",
          {
            subscriber,
            day,
            probability,
            prediction,
            votes,
            trees,
          },
        ),
      );
      context.onProgress?.({ task: "score", done: snapshots, total: snapshots, unit: "snapshots" });
      return {
        modelVersion: model.version,
        snapshots,
        flagged: prediction.reduce((sum, each) => sum + each, 0),
        labelled: dataset.label.reduce((sum, each) => sum + (Number.isNaN(each) ? 0 : 1), 0),
        firstDay: dateOf(day[0]),
        lastDay: dateOf(day[day.length - 1]),
        ...heldOutAuc(model, { label: dataset.label, probability, subscriber }),
      };
    },
    { signal: context.signal },
  );
}
