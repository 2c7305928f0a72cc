import { dateOf } from "../core/days.js";
import { type Database, name } from "./database.js";

/** Scores of snapshots, as columns. */
export interface Predictions {
  subscriber: readonly string[];
  /** Snapshot days since 1970-01-01. */
  day: Int32Array;
  /** Churn probability. */
  probability: Float64Array;
  prediction: Uint8Array;
  /** Trees that vote for churn, of `trees` in all; of a model without trees the score before calibration, of 1. */
  votes: Float64Array;
  trees: number;
}

/**
 * Writes scores into `model_predictions`, in place of what the same model had for the same period.
 *
 * @param period reference: the held-out test rows of the training; analysis: what is scored later
 * @param model its version, and the table of snapshots that it scored: their features make up `features_str`; `label` is SQL for the
 *   label of a row `p` of that table
 */
export async function writePredictions(
  db: Database,
  model: { version: string; features: readonly string[]; table: string; label: string },
  period: "reference" | "analysis",
  predictions: Predictions,
): Promise<number> {
  const { subscriber, day, probability, prediction, votes, trees } = predictions;
  await db.createTemporary("scored", { subscriber, day: Array.from(day, dateOf), probability, prediction, votes });
  await db.run(
    'DELETE FROM model_predictions WHERE model_version = $1 AND period = $2 AND NOT EXISTS (FROM scored WHERE subscriber = "User" AND CAST(day AS DATE) = "Date")',
    [model.version, period],
  );
  const texts = model.features.map((feature) => `coalesce(CAST(p.${name(feature)} AS VARCHAR), '')`);
  const rows = await db.run(
    `INSERT OR REPLACE INTO model_predictions
     SELECT $1, p."User", p."Date", $2, ${model.label}, s.prediction, 1 - s.probability, s.probability, ${trees} - s.votes, s.votes,
       concat_ws(',', ${texts.join(", ")}), now()::TIMESTAMP
     FROM scored s JOIN ${model.table} p ON p."User" = s.subscriber AND p."Date" = CAST(s.day AS DATE) ORDER BY p."Date", p."User"`,
    [model.version, period],
  );
  await db.run("DROP TABLE scored");
  return rows;
}
