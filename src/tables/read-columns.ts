import { ChurnError } from "../core/errors.js";
import type { CategoricalColumn, FeatureColumn } from "../forest/matrix/matrix.js";
import { columnAs, columnsAs } from "../store/columns-as.js";
import type { Columns } from "../store/read-columns.js";
import {
  type ColumnReading,
  countOtherReadings,
  countReadings,
  DAY_FORMATS,
  numberSql,
  trimmedSql,
  valueSql,
} from "./cell-sql.js";
import type { OpenTable, TableColumn } from "./open-table.js";

/** Columns that are looked at in one statement. */
const TOGETHER = 16;

/**
 * Tells how columns are to be read: numbers, days, truth values, or texts, which are categories. A column of a CSV file is a
 * column of numbers when all of its cells are numbers, but for empty ones and marks of missing values (NA, null, ?).
 *
 * @throws ChurnError BAD_INPUT naming a column that holds lists, structures or bytes
 */
export async function findReadings(table: OpenTable, columns: readonly TableColumn[]): Promise<ColumnReading[]> {
  const readings = new Map<TableColumn, ColumnReading>();
  const texts: TableColumn[] = [];
  for (const column of columns) {
    if (column.type === "VARCHAR") texts.push(column);
    else readings.set(column, { kind: kindOfType(table, column) });
  }
  const others: TableColumn[] = [];
  const values = new Map<TableColumn, number>();
  for (const [column, counts] of await countsOf(table, texts, (own) => countReadings(own, own, table.comma))) {
    const all = counts("value");
    values.set(column, all);
    // a column without any value may hold anything in the next table
    if (all === 0) readings.set(column, { kind: "category" });
    else if (counts("number") === all) readings.set(column, { kind: "number" });
    else if (table.comma && counts("comma") === all) readings.set(column, { kind: "number", comma: true });
    else others.push(column);
  }
  for (const [column, counts] of await countsOf(table, others, (own) => countOtherReadings(own, own))) {
    const all = values.get(column)!;
    const format = DAY_FORMATS.find((_, k) => counts(`date${k}`) === all);
    if (counts("boolean") === all) readings.set(column, { kind: "boolean" });
    else if (counts("date") === all) readings.set(column, { kind: "date" });
    else readings.set(column, format ? { kind: "date", format } : { kind: "category" });
  }
  return columns.map((column) => readings.get(column)!);
}

async function countsOf(table: OpenTable, columns: readonly TableColumn[], sql: (own: string) => string[]) {
  const all: [TableColumn, (key: string) => number][] = [];
  for (let from = 0; from < columns.length; from += TOGETHER) {
    const part = columns.slice(from, from + TOGETHER);
    const row = (await table.db.row<Record<string, number>>(
      `SELECT ${part.flatMap(({ own }) => sql(own)).join(", ")} FROM input`,
    ))!;
    for (const column of part) all.push([column, (key) => row[`${column.own}_${key}`]]);
  }
  return all;
}

function kindOfType(table: OpenTable, { name, type }: TableColumn): ColumnReading["kind"] {
  if (type === "BOOLEAN") return "boolean";
  if (/^(DATE|TIMESTAMP)/.test(type)) return "date";
  if (/INT|^(FLOAT|DOUBLE|DECIMAL|TIME)/.test(type) && !/[[(]\s*\]|STRUCT|MAP|\[/.test(type)) return "number";
  throw new ChurnError(
    "BAD_INPUT",
    `column "${name}" of ${table.path} has type ${type}, which trees cannot learn from`,
    {
      hint: `leave it out: --exclude ${JSON.stringify(name)}`,
    },
  );
}

/** A column that is to be read, and how. */
export interface WantedColumn extends ColumnReading {
  column: TableColumn;
}

/**
 * Reads columns for trees: numbers with NaN for a missing cell, categories with their levels.
 *
 * @throws ChurnError BAD_INPUT naming column, row and cell where a cell is not what the column should hold
 */
export async function readFeatures(table: OpenTable, wanted: readonly WantedColumn[]): Promise<FeatureColumn[]> {
  const out = new Array<FeatureColumn>(wanted.length);
  const numbers = [...wanted.entries()].filter(([, { kind }]) => kind !== "category");
  for (let from = 0; from < numbers.length; from += TOGETHER) {
    const part = numbers.slice(from, from + TOGETHER);
    const sql = part.map(([, each]) => `${numberSql(each.column.own, each.column.type, each)} AS ${each.column.own}`);
    const columns = await columnsInOrder(table, sql);
    for (const [j, { column }] of part) {
      out[j] = columnAs(columns, column.own, Float64Array);
    }
    await checkRead(
      table,
      part.map(([, each]) => each),
    );
  }
  for (const [j, each] of wanted.entries())
    if (each.kind === "category") out[j] = await readCategories(table, each.column);
  return out;
}

/** @throws ChurnError BAD_INPUT for a cell that holds a value and was not read */
async function checkRead(table: OpenTable, wanted: readonly WantedColumn[]): Promise<void> {
  const lost = wanted.map(({ column, ...reading }) => {
    const { own, type } = column;
    return `count(*) FILTER ((${valueSql(own, type)}) IS NOT NULL AND (${numberSql(own, type, reading)}) IS NULL) AS ${own}`;
  });
  const row = (await table.db.row<Record<string, number>>(`SELECT ${lost.join(", ")} FROM input`))!;
  for (const { column, ...reading } of wanted) {
    const { own, type, name } = column;
    if (row[own] === 0) continue;
    const first = (await table.db.row<{ row: number; cell: string }>(
      `SELECT row, CAST(cell AS VARCHAR) AS cell FROM (SELECT ${table.row} + 1 AS row, ${valueSql(own, type)} AS cell, ` +
        `${numberSql(own, type, reading)} AS number FROM input) WHERE cell IS NOT NULL AND number IS NULL ORDER BY row LIMIT 1`,
    ))!;
    const more = row[own] > 1 ? `, and ${row[own] - 1} more cells like it` : "";
    throw new ChurnError(
      "BAD_INPUT",
      `column "${name}" of ${table.path} should hold ${WHAT[reading.kind]}, row ${first.row} has ${JSON.stringify(first.cell)}${more}`,
      { hint: "mend these cells, or leave them empty where the value is missing" },
    );
  }
}

const WHAT = { number: "numbers", boolean: "true or false", date: "days or times", category: "texts" };

async function readCategories(table: OpenTable, { own }: TableColumn): Promise<CategoricalColumn> {
  const { db } = table;
  const cell = trimmedSql(own);
  const found = await db.columns(`SELECT DISTINCT ${cell} AS level FROM input WHERE ${cell} IS NOT NULL ORDER BY 1`);
  const { level: levels } = columnsAs(found, { level: String });
  if (levels.length === 0) return { levels: [], codes: new Int32Array(table.rows).fill(-1) };
  // codes are made where the texts are: a string for each cell would cost many times as much
  const type = `levels_${own}`;
  await db.run(
    `CREATE TYPE ${type} AS ENUM (SELECT DISTINCT ${cell} AS level FROM input WHERE ${cell} IS NOT NULL ORDER BY 1)`,
  );
  const coded = await columnsInOrder(table, [`CAST(enum_code(CAST(${cell} AS ${type})) AS INTEGER) AS code`]);
  await db.run(`DROP TYPE ${type}`);
  return {
    levels,
    codes: Int32Array.from(columnAs(coded, "code", Float64Array), (value) => (Number.isNaN(value) ? -1 : value)),
  };
}

/** Texts of columns as they stand in the file, for what is copied to an output. */
export async function readTexts(table: OpenTable, columns: readonly TableColumn[]): Promise<(string | null)[][]> {
  if (columns.length === 0) return [];
  const sql = columns.map(({ own }) => `CAST(${own} AS VARCHAR) AS ${own}`);
  const read = await columnsInOrder(table, sql);
  return columns.map(({ own }) => columnAs(read, own, Array));
}

/** Reads columns in the order of the rows: a result that is read while it is made comes in the order in which threads make it. */
async function columnsInOrder({ db, row }: OpenTable, sql: readonly string[]): Promise<Columns> {
  const { __row__, ...columns } = await db.columns(`SELECT ${row} AS __row__, ${sql.join(", ")} FROM input`);
  const to = columnAs({ __row__ }, "__row__", Float64Array);
  if (to.every((value, i) => value === i)) return columns;
  for (const [key, column] of Object.entries(columns)) {
    const moved = Array.isArray(column) ? new Array<string | null>(to.length) : new Float64Array(to.length);
    for (let i = 0; i < to.length; i++) moved[to[i]] = column[i]!;
    columns[key] = moved;
  }
  return columns;
}

/** Columns of a table that the model needs and the table does not have. */
export function missingColumns(table: OpenTable, names: readonly string[]): string[] {
  const there = new Set(table.columns.map(({ name }) => name));
  return names.filter((name) => !there.has(name));
}
