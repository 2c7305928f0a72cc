import { stat } from "node:fs/promises";
import type { DuckDBDataChunk } from "@duckdb/node-api";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { firstLineOf } from "../core/fault.js";
import type { Column } from "../monitoring/chunks/column.js";
import { codes as codesOf, floats } from "../monitoring/chunks/large-arrays.js";
import type { MonitoredTable } from "../monitoring/chunks/table.js";
import { startThread } from "../monitoring/engine/two-threads.js";
import { name as quoted, text } from "../store/database.js";
import { duckdb, handleOf, openDuckDb } from "../store/duckdb.js";
import { csvRows, parquetRows } from "../store/file-sql.js";

/** Which column of a file is what; any column without a role is a feature, unless features are listed. */
export interface ColumnRoles {
  readonly timestamp?: string;
  readonly identifier?: string;
  readonly y_pred_proba?: string;
  readonly y_pred?: string;
  readonly y_true?: string;
  readonly continuous?: readonly string[];
  readonly categorical?: readonly string[];
}

/** Labels that lie in a file of their own. */
export interface Targets {
  readonly path: string;
  /** A column that both files have; rows without a label stay. */
  readonly join: string;
}

// what pandas takes for missing
const MISSING = [
  ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"],
  ...["NULL", "NaN", "None", "n/a", "nan", "null"],
];

/**
 * Reads a table to monitor from a CSV file (plain or gzip) or a Parquet file.
 *
 * Numbers become numbers, everything else categories; dates that have no role are left out with a warning.
 *
 * @param targets labels to join to the rows; a label that is not there yet is missing
 * @throws BAD_INPUT when a column with a role is not there
 */
export async function readMonitoredTable(
  path: string,
  roles: ColumnRoles = {},
  targets?: Targets,
): Promise<MonitoredTable & { warnings: string[] }> {
  for (const file of targets ? [path, targets.path] : [path]) await checkFile(file);
  const instance = await openDuckDb(":memory:");
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson() as string[][];
  try {
    const source = targets ? await joined(path, targets, roles, rows) : fileSource(path, roles.timestamp);
    const described = (await rows(`DESCRIBE SELECT * FROM ${source}`)).map(([name, type]) => ({ name, type }) as Field);
    checkRoles(path, roles, described);
    const used = described.filter(({ name, type }) => isUsed(name, type, roles));
    const warnings = described
      .filter(({ name, type }) => !used.some((field) => field.name === name) && !isRole(name, roles) && isDate(type))
      .map(({ name }) => `column "${name}" holds dates and has no role: it is left out`);
    const { count, levels } = await lookOver(used, source, roles, rows);
    startThread(count);
    const data: Read[] = [];
    for (const field of used) {
      const texts = levels.get(field.name);
      data.push(
        texts
          ? planTexts(field, texts, count)
          : isNumber(field.type)
            ? planNumbers(field, count)
            : await planTime(field, source, count, rows),
      );
    }
    const result = await connection.stream(`SELECT ${data.map(({ sql }) => sql).join(", ")} FROM ${source}`);
    let at = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      data.forEach((read, index) => {
        copy(chunk, index, read, at);
      });
      at += chunk.rowCount;
    }
    const column = (name: string | undefined) => data.find((read) => read.field.name === name)?.column;
    const time = data.find((read) => read.field.name === roles.timestamp);
    const named = new Set([roles.timestamp, roles.identifier, roles.y_pred_proba, roles.y_pred, roles.y_true]);
    const features = data.filter(({ field }) => !named.has(field.name)).map((read) => [read.field.name, read.column]);
    return {
      ...(time ? { timestamp: time.values as Float64Array, ...optional("zone", time.zone) } : {}),
      ...optional("identifier", column(roles.identifier)),
      ...optional("yPredProba", column(roles.y_pred_proba)),
      ...optional("yPred", column(roles.y_pred)),
      ...optional("yTrue", column(roles.y_true)),
      names: {
        ...optional("yPredProba", roles.y_pred_proba),
        ...optional("yPred", roles.y_pred),
        ...optional("yTrue", roles.y_true),
      },
      columns: Object.fromEntries(features),
      warnings,
    };
  } catch (cause) {
    if (cause instanceof ChurnError) throw cause;
    const why = firstLineOf(cause);
    throw new ChurnError("BAD_INPUT", `${path} cannot be read: ${why}`, {
      cause,
      hint: "it takes CSV with a line of column names (.csv, .csv.gz) and Parquet (.parquet)",
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

interface Field {
  readonly name: string;
  readonly type: string;
}

/** A column as it is read: doubles, or codes into levels. */
interface Read {
  readonly field: Field;
  readonly sql: string;
  readonly values: Float64Array | Int32Array;
  readonly column: Column;
  readonly zone?: "naive" | "utc" | undefined;
}

type Rows = (sql: string) => Promise<string[][]>;

const optional = <K extends string, T>(key: K, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: T };

const isDate = (type: string): boolean => /^(DATE|TIME|TIMESTAMP|INTERVAL)/.test(type);

const isNumber = (type: string): boolean => /INT|DOUBLE|FLOAT|DECIMAL|REAL/.test(type) && !/\[|STRUCT|MAP/.test(type);

function isRole(name: string, roles: ColumnRoles): boolean {
  const { timestamp, identifier, y_pred_proba, y_pred, y_true } = roles;
  return [timestamp, identifier, y_pred_proba, y_pred, y_true].includes(name);
}

function isUsed(name: string, type: string, roles: ColumnRoles): boolean {
  if (isRole(name, roles)) return true;
  const { continuous, categorical } = roles;
  if (continuous || categorical) return !!continuous?.includes(name) || !!categorical?.includes(name);
  return !isDate(type);
}

async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return;
  throw new ChurnError("NOT_FOUND", found ? `${path} is no file` : `there is no file ${path}`);
}

function fileSource(path: string, timestamp: string | undefined): string {
  if (/\.(parquet|pq)$/i.test(path)) return parquetRows(path);
  const nulls = MISSING.map(text).join(", ");
  // times are read by our own rules: a day and a month that could be swapped are refused
  const types = timestamp === undefined ? "" : `, types = {${text(timestamp)}: 'VARCHAR'}`;
  // truth values are told apart below: the engine would take "t", "yes" and "n" for them too
  const candidates = "auto_type_candidates = ['BIGINT', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP', 'VARCHAR']";
  const options = `header = true, nullstr = [${nulls}], sample_size = -1, dateformat = '%Y-%m-%d', ${candidates}${types}`;
  return csvRows(path, options);
}

async function joined(path: string, { path: labels, join }: Targets, roles: ColumnRoles, rows: Rows): Promise<string> {
  const left = fileSource(path, roles.timestamp);
  const right = fileSource(labels, undefined);
  const names = async (source: string) => (await rows(`DESCRIBE SELECT * FROM ${source}`)).map(([name]) => name);
  const target = roles.y_true ?? "y_true";
  const [own, theirs] = [await names(left), await names(right)];
  if (!own.includes(join)) throw missing(path, join, own);
  for (const name of [join, target]) if (!theirs.includes(name)) throw missing(labels, name, theirs);
  const [[twice] = []] = await rows(`SELECT ${quoted(join)} FROM ${right} GROUP BY 1 HAVING count(*) > 1 LIMIT 1`);
  if (twice !== undefined) {
    throw new ChurnError("BAD_INPUT", `${labels}: ${join} ${twice} has more than one label`, {
      hint: "give one row for each",
    });
  }
  const out = ["row of the file", ...(own.includes(target) ? [target] : [])].map(quoted).join(", ");
  return `(
    SELECT a.* EXCLUDE (${out}), t.${quoted(target)}
    FROM (SELECT row_number() OVER () AS "row of the file", * FROM ${left}) a
    LEFT JOIN ${right} t ON a.${quoted(join)} = t.${quoted(join)}
    ORDER BY a."row of the file"
  )`;
}

function checkRoles(path: string, roles: ColumnRoles, fields: readonly Field[]): void {
  const { continuous = [], categorical = [], ...single } = roles;
  const names = fields.map(({ name }) => name);
  for (const name of [...Object.values(single), ...continuous, ...categorical]) {
    if (typeof name === "string" && !names.includes(name) && name !== roles.y_true) throw missing(path, name, names);
  }
}

function missing(path: string, name: string, names: readonly string[]): ChurnError {
  const near = closestMatch(name, names);
  return new ChurnError("BAD_INPUT", `${path}: there is no column "${name}"`, {
    hint: near ? `did you mean "${near}"?` : `it has ${names.join(", ")}`,
  });
}

/** How many rows there are, and the texts of every column of texts in ascending order: the file is gone through once. */
async function lookOver(fields: readonly Field[], source: string, roles: ColumnRoles, rows: Rows) {
  const texts = fields.filter(({ name, type }) => name !== roles.timestamp && !isNumber(type));
  const lists = texts.map(({ name }) => {
    const column = quoted(name);
    return `list_sort(list(DISTINCT CAST(${column} AS VARCHAR)) FILTER (${column} IS NOT NULL))`;
  });
  const [found = []] = await rows(`SELECT ${["count(*)", ...lists].join(", ")} FROM ${source}`);
  const [count, ...levels] = found as unknown as [string, ...(string[] | null)[]];
  return { count: Number(count), levels: new Map(texts.map(({ name }, i) => [name, levels[i] ?? []])) };
}

function planNumbers(field: Field, count: number): Read {
  const values = floats(count);
  return { field, sql: `CAST(${quoted(field.name)} AS DOUBLE)`, values, column: values };
}

function planTexts(field: Field, texts: readonly string[], count: number): Read {
  const column = quoted(field.name);
  let shown = `CAST(${column} AS VARCHAR)`;
  let levels = texts;
  if (levels.length > 0 && levels.every((level) => TRUTH_VALUES.includes(level))) {
    shown = `if(lower(CAST(${column} AS VARCHAR)) = 'true', 'True', 'False')`;
    shown = `CASE WHEN ${column} IS NOT NULL THEN ${shown} END`;
    levels = [...new Set(levels.map((level) => (level.toLowerCase() === "true" ? "True" : "False")))].sort();
  }
  const codes = codesOf(count);
  // a dictionary in the engine: codes come back as whole numbers, no text is built for a row
  const sql =
    levels.length === 0
      ? "CAST(NULL AS INTEGER)"
      : `CAST(enum_code(CAST(${shown} AS ENUM (${levels.map(text).join(", ")}))) AS INTEGER)`;
  return { field, sql, values: codes, column: { codes, levels } };
}

// what pandas takes for truth values
const TRUTH_VALUES = ["True", "TRUE", "true", "False", "FALSE", "false"];

function copy(chunk: DuckDBDataChunk, index: number, { values }: Read, at: number): void {
  const count = chunk.rowCount;
  // the wrapper hides its handle, and its own accessors box every value
  const vector = duckdb.data_chunk_get_vector(handleOf(chunk), index);
  const bytes = duckdb.vector_get_data(vector, count * values.BYTES_PER_ELEMENT);
  const View = values instanceof Float64Array ? Float64Array : Int32Array;
  values.set(new View(bytes.buffer as ArrayBuffer, bytes.byteOffset, count), at);
  const validity = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8);
  if (!validity) return;
  const hole = values instanceof Float64Array ? Number.NaN : -1;
  for (let i = 0; i < count; i++) {
    if (!((validity[i >> 3] >> (i & 7)) & 1)) values[at + i] = hole;
  }
}

const ZONED = ":\\d\\d(\\.\\d+)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$";

/** Times as milliseconds; texts are read as ISO 8601 and nothing else. */
async function planTime(field: Field, source: string, count: number, rows: Rows): Promise<Read> {
  const { name, type } = field;
  const column = quoted(name);
  const values = floats(count);
  const read = (to: string, zone: Read["zone"]): Read => {
    return { field, sql: `epoch_us(CAST(${column} AS ${to})) / 1000`, values, column: values, zone };
  };
  if (isDate(type)) {
    const zoned = type.includes("ZONE");
    return read(zoned ? "TIMESTAMPTZ" : "TIMESTAMP", zoned ? "utc" : "naive");
  }
  const [[known, zoned, good, bad] = []] = await rows(
    `SELECT count(t), count(*) FILTER (z), count(coalesce(TRY_CAST(CASE WHEN z THEN t END AS TIMESTAMPTZ),
       TRY_CAST(CASE WHEN NOT z THEN t END AS TIMESTAMP))), min(t) FILTER (TRY_CAST(t AS TIMESTAMPTZ) IS NULL)
     FROM (SELECT ${column} AS t, regexp_matches(${column}, ${text(ZONED)}) AS z FROM ${source})`,
  );
  if (known !== good) {
    throw new ChurnError("BAD_INPUT", `column "${name}" is not an ISO 8601 time: ${JSON.stringify(bad)}`, {
      hint: "write times as 2024-03-05 14:00:00; other orders of day and month are ambiguous",
    });
  }
  if (zoned !== "0" && zoned !== known) {
    throw new ChurnError("BAD_INPUT", `column "${name}" mixes times with and without a zone`, {
      hint: "write every time with its offset, or none",
    });
  }
  return zoned === "0" ? read("TIMESTAMP", "naive") : read("TIMESTAMPTZ", "utc");
}
