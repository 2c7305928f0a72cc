import type { Chart } from "../charts/chart.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { text } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import { type Explanation, explainRows } from "../training/explain/explain-rows.js";
import { explanationChart } from "../training/explain/explanation-chart.js";
import { readDataset } from "../training/read-dataset.js";
import { findModel } from "../training/train.js";
import { findSnapshots } from "./find-snapshots.js";

/** Whom to explain, and how far. */
export interface WhyAtRiskOptions {
  /** Subscriber; left out: the one with the highest probability that the model has given. */
  subscriber?: string | undefined;
  /** Version of the model; null: the one in service. */
  model?: string | null | undefined;
  /** Reasons that are named, more where the others together would be the largest; these are summed. */
  top?: number | undefined;
}

/**
 * Why the model thinks that a subscriber is at risk: how far what is known of them moves the churn probability from that of
 * the average, for the snapshot that scored highest, by TreeSHAP (Lundberg et al. 2018).
 *
 * @throws ChurnError NOT_FOUND when the model has not scored the subscriber; BAD_OPTION for an engine without reasons
 * @example
 * const { chart, reasons } = await whyAtRisk(store, { subscriber: "491700000001" });
 */
export async function whyAtRisk(
  store: Store,
  { subscriber, model = null, top = 8 }: WhyAtRiskOptions = {},
  { signal }: StageContext = {},
): Promise<Explanation & { day: string; chart: Chart }> {
  return store.lease(
    async (db) => {
      const stored = await findModel(db, model);
      const own = subscriber === undefined ? "" : `AND "User" = ${text(subscriber)}`;
      const scored = await db.row<{ user: string; day: string }>(
        `SELECT "User" AS user, CAST("Date" AS VARCHAR) AS day FROM model_predictions WHERE model_version = $1 ${own}
         ORDER BY probability_1 DESC, "Date" DESC, "User" LIMIT 1`,
        [stored.model_version],
      );
      if (!scored) {
        const whom = subscriber === undefined ? "anybody" : `subscriber ${JSON.stringify(subscriber)}`;
        throw new ChurnError("NOT_FOUND", `model ${stored.model_version} has not scored ${whom}`, {
          hint: "churn score",
        });
      }
      const trained = await loadModel(stored.artifact);
      const where = `"User" = ${text(scored.user)} AND "Date" = DATE '${scored.day}'`;
      const dataset = await readDataset(db, await findSnapshots(db, trained), where);
      const [explanation] = explainRows(trained, dataset, undefined, { top });
      if (!explanation) {
        throw new ChurnError(
          "NOT_FOUND",
          `Processed_Data has no snapshot of ${scored.user} on ${scored.day} any more`,
          {
            hint: "churn features, then churn score",
          },
        );
      }
      return { ...explanation, day: scored.day, chart: explanationChart(explanation) };
    },
    { signal },
  );
}
