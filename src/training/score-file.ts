import { rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import { makeFolder } from "../core/make-folder.js";
import type { StageContext } from "../core/progress.js";
import { columnAs } from "../store/columns-as.js";
import { type Database, name, text } from "../store/database.js";
import { csvRows, parquetRows } from "../store/file-sql.js";
import { inMemory } from "../store/memory-database.js";
import type { ChurnModel } from "./churn-model.js";
import type { Dataset } from "./dataset.js";
import { type Explanation, explainRows } from "./explain-rows.js";
import { scoreDataset } from "./score-dataset.js";

/** What `scoreFile` takes. */
export interface ScoreFileOptions {
  /** `.parquet`, `.csv` or `.csv.gz`; a row a snapshot, with the features of the model by name. */
  input: string;
  /** `.parquet` or `.csv`: the columns of the input that are no features, and the scores. */
  output: string;
  /** Reasons for each row that is flagged; 3. 0 gives none. */
  reasons?: number;
}

/** What was scored. */
export interface ScoredFile {
  output: string;
  rows: number;
  /** Rows at or above the model's threshold. */
  flagged: number;
}

/**
 * Scores a file: columns `probability`, `prediction`, `decile` (1 is the tenth with the highest probabilities, within each
 * `Date` where there is one), and for flagged rows `reason_1`, `reason_2`, … as "calls 3 (+4.1 points)".
 *
 * The rows keep their order. The output is written beside and renamed.
 *
 * @throws ChurnError NOT_FOUND without the input; BAD_OPTION for another kind of file; BAD_INPUT naming the features that
 *   are missing or no numbers, or the plan that is not the model's; INTERRUPTED
 */
export async function scoreFile(
  model: ChurnModel,
  { input, output, reasons = 3 }: ScoreFileOptions,
  { onProgress, signal }: StageContext = {},
): Promise<ScoredFile> {
  const source = await sourceOf(input);
  const format = /\.parquet$/.test(output) ? "parquet, COMPRESSION zstd" : /\.csv$/.test(output) ? "csv, HEADER" : null;
  if (!format)
    throw new ChurnError("BAD_OPTION", `scores are written as .parquet or .csv, not ${JSON.stringify(output)}`);
  const path = resolve(output);
  await makeFolder(dirname(path));
  const beside = `${path}.${process.pid}.part`;
  try {
    const result = await inMemory(async (db) => {
      const { kept, dataset } = await readInput(db, source, model);
      const rows = dataset.day.length;
      onProgress?.({ task: "score", done: 0, total: rows, unit: "rows" });
      const { probability, prediction, decile } = scoreDataset(model, dataset);
      const flagged = Int32Array.from(prediction.keys()).filter((row) => prediction[row] === 1);
      const why = Array.from({ length: reasons }, () => new Array<string | null>(rows).fill(null));
      for (let from = 0; from < flagged.length && reasons > 0; from += BATCH) {
        throwIfInterrupted(signal, "scoring");
        const batch = flagged.subarray(from, from + BATCH);
        for (const explained of explainRows(model, dataset, batch, { top: reasons })) {
          for (const [k, reason] of explained.reasons.entries()) why[k][explained.row] = reasonText(reason);
        }
        onProgress?.({ task: "reasons", done: from + batch.length, total: flagged.length, unit: "rows" });
        await new Promise(setImmediate);
      }
      await db.createTemporary("scores", {
        [ROW]: Float64Array.from(prediction.keys()),
        probability,
        prediction,
        decile,
      });
      for (const [k, column] of why.entries()) await addTexts(db, `reason_${k + 1}`, column);
      const scores = ["probability", "CAST(prediction AS TINYINT) AS prediction", "CAST(decile AS TINYINT) AS decile"];
      const columns = [
        ...kept.map(name),
        ...scores,
        ...why.map((_, k) => `CAST(reason_${k + 1} AS VARCHAR) AS reason_${k + 1}`),
      ];
      const joined = why.map((_, k) => `LEFT JOIN reason_${k + 1} USING (${ROW})`).join(" ");
      await db.run(
        `COPY (SELECT ${columns.join(", ")} FROM input JOIN scores USING (${ROW}) ${joined} ORDER BY ${ROW}) ` +
          `TO ${text(beside)} (FORMAT ${format})`,
      );
      return { output: path, rows, flagged: flagged.length };
    });
    await rename(beside, path);
    return result;
  } finally {
    await rm(beside, { force: true });
  }
}

/** Rows that are explained between two looks at the signal. */
const BATCH = 200;

/** Number of the row in the input; a name that no table has. */
const ROW = "__row__";

async function sourceOf(input: string): Promise<string> {
  const csv = (path: string) => csvRows(path, "header = true, sample_size = -1");
  const read = /\.parquet$/.test(input) ? parquetRows : /\.csv(\.gz)?$/.test(input) ? csv : null;
  if (!read) {
    throw new ChurnError("BAD_OPTION", `${JSON.stringify(input)} cannot be scored: it takes .parquet, .csv or .csv.gz`);
  }
  await stat(input).catch((cause: unknown) => {
    throw new ChurnError("NOT_FOUND", `there is no file ${JSON.stringify(input)}`, { cause });
  });
  // types from the whole file: a column may begin with many missing values
  return read(input);
}

async function readInput(db: Database, source: string, model: ChurnModel) {
  await db.run(`CREATE TEMP TABLE input AS SELECT row_number() OVER () - 1 AS ${ROW}, * FROM ${source}`);
  const types = new Map(
    (await db.rows<{ column_name: string; column_type: string }>("DESCRIBE input")).map((row) => [
      row.column_name,
      row.column_type,
    ]),
  );
  const { features } = model;
  const missing = features.filter((feature) => !types.has(feature));
  if (missing.length > 0) {
    throw new ChurnError("BAD_INPUT", `the file lacks ${missing.length} features of the model: ${listed(missing)}`, {
      hint: "make the features with the plan of the model",
    });
  }
  const texts = features.filter((feature) => /^(VARCHAR|DATE|TIME|BLOB)/.test(types.get(feature)!));
  if (texts.length > 0) throw new ChurnError("BAD_INPUT", `features are no numbers: ${listed(texts)}`);
  const dated = types.get("Date") === "DATE";
  const columns = await db.columns(
    `SELECT ${features.map((feature) => `CAST(${name(feature)} AS DOUBLE) AS ${name(feature)}`).join(", ")}` +
      `${dated ? `, "Date" AS __day__` : ""} FROM input ORDER BY ${ROW}`,
  );
  const values = features.map((feature) => columnAs(columns, feature, Float64Array));
  const dataset: Omit<Dataset, "label" | "horizon"> = {
    features: [...features],
    columns: values,
    subscriber: new Array<string>(values[0].length).fill(""),
    day: dated ? columnAs(columns, "__day__", Int32Array) : new Int32Array(values[0].length),
    plan: await planOf(db, types),
  };
  const kept = [...types.keys()].filter((column) => column !== ROW && !features.includes(column));
  return { kept, dataset };
}

/** The plan that the rows say they were made by, where they say so. */
async function planOf(db: Database, types: ReadonlyMap<string, string>): Promise<Dataset["plan"]> {
  if (!types.has("plan_hash")) return undefined;
  const hashes = await db.rows<{ hash: string }>("SELECT DISTINCT CAST(plan_hash AS VARCHAR) AS hash FROM input");
  return hashes.length > 0 ? { hash: hashes.map((row) => row.hash).join(", ") } : undefined;
}

/** A table of the rows that have a text. */
async function addTexts(db: Database, table: string, column: readonly (string | null)[]): Promise<void> {
  const rows = [...column.keys()].filter((row) => column[row] !== null);
  await db.createTemporary(table, { [ROW]: rows, [table]: rows.map((row) => column[row]!) });
}

const reasonText = ({ feature, value, effect }: Explanation["reasons"][number]) => {
  const points = 100 * effect;
  return `${feature} ${value === null ? "missing" : Number(value.toPrecision(4))} (${points < 0 ? "" : "+"}${points.toFixed(1)} points)`;
};

const listed = (names: readonly string[]) =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
