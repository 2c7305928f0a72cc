import type { MonitoredTable } from "../monitoring/chunks/table.js";
import { columnAs, columnsAs } from "../store/columns-as.js";
import { type Database, name } from "../store/database.js";

/** What results call the score, the predicted class and the label: their columns in `model_predictions`. */
export const OUTPUTS = ["probability_1", "prediction", "label"] as const;

/** What a person calls them. */
export const OUTPUT_TITLES: Readonly<Record<string, string>> = {
  probability_1: "churn probability",
  prediction: "called a churner",
  label: "churned",
};

/** Snapshots of a day, and how many of them have a label by now. */
export type SnapshotDay = { day: string; rows: number; labels: number };

/** Counts the snapshots of a model by day, oldest first. */
export function countSnapshots(
  db: Database,
  version: string,
  period: "reference" | "analysis",
): Promise<SnapshotDay[]> {
  return db.rows<SnapshotDay>(
    `SELECT CAST("Date" AS VARCHAR) AS day, count(*) AS rows, count(label) AS labels
     FROM model_predictions WHERE model_version = $1 AND period = $2 GROUP BY "Date" ORDER BY "Date"`,
    [version, period],
  );
}

/** Counts the subscribers of a period: snapshots of one subscriber are not independent. */
export async function countSubscribers(
  db: Database,
  version: string,
  period: "reference" | "analysis",
): Promise<number> {
  const found = await db.row<{ n: number }>(
    'SELECT count(DISTINCT "User") AS n FROM model_predictions WHERE model_version = $1 AND period = $2',
    [version, period],
  );
  return found?.n ?? 0;
}

/** Reads what a model has scored since its training, where it is known by now what came true. */
export async function readOutcomes(db: Database, version: string) {
  const columns = await db.columns(
    `SELECT "User", CAST(label AS DOUBLE) AS label, probability_1 FROM model_predictions
     WHERE model_version = $1 AND period = 'analysis' AND label IS NOT NULL`,
    [version],
  );
  const { User, label, probability_1 } = columnsAs(columns, {
    User: String,
    label: Float64Array,
    probability_1: Float64Array,
  });
  return { subscriber: User, label, probability: probability_1 };
}

/**
 * Reads what a model said, with the features as they were when it said it.
 *
 * @param from first day, `YYYY-MM-DD`
 */
export async function readPredictions(
  db: Database,
  version: string,
  features: readonly string[],
  period: "reference" | "analysis",
  from = "0001-01-01",
): Promise<MonitoredTable> {
  const values = features.map((feature, i) => `TRY_CAST(f[${i + 1}] AS DOUBLE) AS ${name(feature)}`);
  const columns = await db.columns(
    `SELECT time, "User", probability_1, prediction, label, ${values.join(", ")} FROM (
       SELECT CAST("Date" AS TIMESTAMP) AS time, "User", probability_1, CAST(prediction AS DOUBLE) AS prediction,
         CAST(label AS DOUBLE) AS label, string_split(features_str, ',') AS f
       FROM model_predictions WHERE model_version = $1 AND period = $2 AND "Date" >= CAST($3 AS DATE))
     ORDER BY time, "User"`,
    [version, period, from],
  );
  const found = columnsAs(columns, {
    time: Float64Array,
    User: String,
    probability_1: Float64Array,
    prediction: Float64Array,
    label: Float64Array,
  });
  return {
    timestamp: found.time,
    identifier: found.User,
    yPredProba: found.probability_1,
    yPred: found.prediction,
    yTrue: found.label,
    names: { yPredProba: OUTPUTS[0], yPred: OUTPUTS[1], yTrue: OUTPUTS[2] },
    columns: Object.fromEntries(features.map((feature) => [feature, columnAs(columns, feature, Float64Array)])),
  };
}
