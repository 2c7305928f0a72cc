import type { MonitoredTable } from "../monitoring/chunks/table.js";
import type { Store } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import { findModel } from "../training/train.js";
import { type MonitorOptions, monitorOptions } from "./options.js";
import { readPredictions } from "./read-predictions.js";

/**
 * Reads what the stage watches as tables, for charts and questions of your own: the test rows of a model, and what it has
 * scored since, with the features as they were at the time.
 *
 * @throws ChurnError NOT_FOUND without a model
 */
export async function monitoredTables(
  store: Store,
  options: MonitorOptions = {},
): Promise<{ reference: MonitoredTable; analysis: MonitoredTable }> {
  const { model } = monitorOptions.parse(options);
  return store.lease(async (db) => {
    const { model_version, artifact } = await findModel(db, model);
    const { features } = await loadModel(artifact);
    return {
      reference: await readPredictions(db, model_version, features, "reference"),
      analysis: await readPredictions(db, model_version, features, "analysis"),
    };
  });
}
