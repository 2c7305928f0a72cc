import { rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { checkOutputs } from "../core/check-outputs.js";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import { makeFolder } from "../core/make-folder.js";
import type { StageContext } from "../core/progress.js";
import { type Database, name, text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import type { ColumnOverrides, ColumnReading, WantedColumn } from "../table-files/column-reading.js";
import { findReadings } from "../table-files/find-readings.js";
import { columnOf, type OpenTable, openTable, type TableColumn } from "../table-files/open-table.js";
import { missingColumns, readValues } from "../table-files/read-columns.js";
import { numberSql } from "../table-files/reading-sql.js";
import type { ChurnModel } from "./churn-model.js";
import type { Dataset } from "./dataset.js";
import { explainRows } from "./explain/explain-rows.js";
import { pointsText } from "./explain/reason-words.js";
import { scoreDataset } from "./score-dataset.js";

/** What `scoreFile` takes. */
export interface ScoreFileOptions extends Pick<ColumnOverrides, "number" | "date_format"> {
  /** `.parquet`, `.csv` or `.csv.gz`; a row a snapshot, with the features of the model by name. */
  input: string;
  /** `.parquet` or `.csv`: the columns of the input that are not features, and the scores. */
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
  /** What a careful reader of the file would say. */
  notes: string[];
}

/**
 * Scores a file: columns `probability`, `prediction`, `decile` (1 is the tenth with the highest probabilities, within each
 * `Date` where there is one), and for flagged rows `reason_1`, `reason_2`, … as "outgoing calls down 70% from the usual 40 a
 * week (+4.1 points)".
 *
 * The rows keep their order. The output is written beside and renamed.
 *
 * @throws ChurnError NOT_FOUND without the input; BAD_OPTION for another kind of file; BAD_INPUT naming the features that
 *   are missing or no numbers, or the plan that is not the model's; INTERRUPTED
 */
export async function scoreFile(
  model: ChurnModel,
  { input, output, reasons = 3, ...overrides }: ScoreFileOptions,
  { onProgress, signal }: StageContext = {},
): Promise<ScoredFile> {
  if (!/\.(parquet|pq|csv|tsv|txt|csv\.gz)$/i.test(input)) {
    throw new ChurnError("BAD_OPTION", `${JSON.stringify(input)} cannot be scored: it takes .parquet, .csv or .csv.gz`);
  }
  const format = /\.parquet$/i.test(output)
    ? "parquet, COMPRESSION zstd"
    : /\.csv$/i.test(output)
      ? "csv, HEADER"
      : null;
  if (!format)
    throw new ChurnError("BAD_OPTION", `scores are written as .parquet or .csv, not ${JSON.stringify(output)}`);
  checkOutputs([input], [output]);
  const path = resolve(output);
  await makeFolder(dirname(path));
  const beside = `${path}.${process.pid}.part`;
  try {
    const result = await inMemory(async (db) => {
      const table = await openTable(db, input);
      const { kept, dataset, notes } = await readInput(table, model, overrides);
      const rows = dataset.day.length;
      onProgress?.({ task: "score", done: 0, total: rows, unit: "rows" });
      const { probability, prediction, decile } = scoreDataset(model, dataset);
      const flagged = Int32Array.from(prediction.keys()).filter((row) => prediction[row] === 1);
      const why = await reasonsOf(model, dataset, flagged, reasons, { onProgress, signal });
      await db.createTemporary("scores", {
        [ROW]: Float64Array.from(prediction.keys()),
        probability,
        prediction,
        decile,
      });
      for (const [k, column] of why.entries()) await addTexts(db, `reason_${k + 1}`, column);
      const scores = ["probability", "CAST(prediction AS TINYINT) AS prediction", "CAST(decile AS TINYINT) AS decile"];
      const columns = [...kept, ...scores, ...why.map((_, k) => `CAST(reason_${k + 1} AS VARCHAR) AS reason_${k + 1}`)];
      const joined = why.map((_, k) => `LEFT JOIN reason_${k + 1} USING (${ROW})`).join(" ");
      const rowsOfFile = `(SELECT ${table.row} AS ${ROW}, * FROM ${table.from})`;
      await db.run(
        `COPY (SELECT ${columns.join(", ")} FROM ${rowsOfFile} JOIN scores USING (${ROW}) ${joined} ORDER BY ${ROW}) ` +
          `TO ${text(beside)} (FORMAT ${format})`,
      );
      return { output: path, rows, flagged: flagged.length, notes };
    });
    await rename(beside, path);
    return result;
  } finally {
    await rm(beside, { force: true });
  }
}

/** Texts of the reasons of flagged rows: a column a reason, null in rows that are not flagged. */
async function reasonsOf(
  model: ChurnModel,
  dataset: ScoredRows,
  flagged: Int32Array,
  reasons: number,
  { onProgress, signal }: StageContext,
): Promise<(string | null)[][]> {
  const why = Array.from({ length: reasons }, () => new Array<string | null>(dataset.day.length).fill(null));
  for (let from = 0; from < flagged.length && reasons > 0; from += BATCH) {
    throwIfInterrupted(signal, "scoring");
    const batch = flagged.subarray(from, from + BATCH);
    for (const explained of explainRows(model, dataset, batch, { top: reasons })) {
      for (const [k, { text, effect }] of explained.reasons.slice(0, reasons).entries()) {
        why[k][explained.row] = `${text} (${pointsText(effect)})`;
      }
    }
    onProgress?.({ task: "reasons", done: from + batch.length, total: flagged.length, unit: "rows" });
    await new Promise(setImmediate);
  }
  return why;
}

/** Rows to score: no label, and no horizon of one. */
type ScoredRows = Omit<Dataset, "label" | "horizon">;

/** Rows that are explained between two looks at the signal. */
const BATCH = 200;

/** Number of the row in the input; a name that no table has. */
const ROW = "__row__";

async function readInput(table: OpenTable, model: ChurnModel, overrides: ColumnOverrides) {
  const { features } = model;
  const missing = missingColumns(table, features);
  if (missing.length > 0) {
    throw new ChurnError("BAD_INPUT", `the file lacks ${missing.length} features of the model: ${listed(missing)}`, {
      hint: "make the features with the plan of the model",
    });
  }
  const wanted = features.map((feature) => columnOf(table, feature, "the feature"));
  const { readings, notes } = await findReadings(table, wanted, { number: overrides.number });
  checkNumbers(features, readings, notes);
  const values = (await readValues(
    table,
    wanted.map(
      (column, j): WantedColumn =>
        readings[j].kind === "category" ? { kind: "number", column } : { ...readings[j], column },
    ),
  )) as Float64Array[];
  const date = table.columns.find(({ name }) => name === "Date");
  const dated = date && (await readDays(table, date, overrides.date_format));
  const dataset: ScoredRows = {
    features: [...features],
    columns: values,
    subscriber: new Array<string>(table.rows).fill(""),
    day: dated?.days ?? new Int32Array(table.rows),
    plan: await planOf(table),
  };
  // what is not a feature is copied as it stands in the file; a day is a day
  const kept = table.columns
    .filter(({ name }) => !features.includes(name))
    .map((column) => `${column === date && dated ? dated.sql : column.own} AS ${name(column.name)}`);
  return { kept, dataset, notes };
}

/** @throws ChurnError BAD_INPUT for features that are texts or days, with what was found in them */
function checkNumbers(features: readonly string[], readings: readonly ColumnReading[], notes: readonly string[]): void {
  // a feature without any value is one of numbers that are missing
  const texts = features.filter(
    (_, j) => readings[j].kind === "date" || (readings[j].kind === "category" && !readings[j].empty),
  );
  if (texts.length === 0) return;
  throw new ChurnError("BAD_INPUT", `features are not numbers: ${listed(texts)}`, {
    hint:
      notes.length > 0 ? notes.join("; ") : `mend them, or read what is not a number as missing: --number ${texts[0]}`,
  });
}

/** The days of a column, since 1970-01-01, where all of it holds days; and SQL for them. */
async function readDays(table: OpenTable, column: TableColumn, format: string | undefined) {
  const { readings } = await findReadings(table, [column], { date_format: format });
  const [reading] = readings;
  if (reading.kind !== "date") return undefined;
  const [seconds] = (await readValues(table, [{ ...reading, column }])) as [Float64Array];
  if (seconds.some(Number.isNaN)) return undefined;
  const days = Int32Array.from(seconds, (second) => Math.floor(second / 86_400));
  const sql = `CAST(to_timestamp(${numberSql(column.own, column.type, reading)}) AS DATE)`;
  return { days, sql: column.type === "VARCHAR" ? sql : column.own };
}

/** The plan that the rows say they were made by, where they say so. */
async function planOf(table: OpenTable): Promise<Dataset["plan"]> {
  const column = table.columns.find(({ name }) => name === "plan_hash");
  if (!column) return undefined;
  const hashes = await table.db.rows<{ hash: string }>(
    `SELECT DISTINCT CAST(${column.own} AS VARCHAR) AS hash FROM ${table.from}`,
  );
  return hashes.length > 0 ? { hash: hashes.map((row) => row.hash).join(", ") } : undefined;
}

/** A table of the rows that have a text. */
async function addTexts(db: Database, table: string, column: readonly (string | null)[]): Promise<void> {
  const rows = [...column.keys()].filter((row) => column[row] !== null);
  await db.createTemporary(table, { [ROW]: rows, [table]: rows.map((row) => column[row]) });
}

const listed = (names: readonly string[]) =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
