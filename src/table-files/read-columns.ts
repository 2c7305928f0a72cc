import { ChurnError } from "../core/errors.js";
import { groupBy } from "../core/group-by.js";
import { columnsAs } from "../store/columns-as.js";
import type { Filled } from "../store/read-into.js";
import type { ColumnReading, ColumnValues, WantedColumn } from "./column-reading.js";
import { countCells } from "./count-cells.js";
import { firstOdd } from "./find-readings.js";
import type { OpenTable, TableColumn } from "./open-table.js";
import { categorySql, numberSql, oddSql } from "./reading-sql.js";

/** Columns that are read in one statement. */
const TOGETHER = 512;

/** Where the arrays of columns come from. */
export interface Arrays {
  floats(length: number): Float64Array;
  codes(length: number): Int32Array;
}

const PLAIN: Arrays = { floats: (length) => new Float64Array(length), codes: (length) => new Int32Array(length) };

/**
 * Reads columns in the order of the file: numbers with NaN for a missing cell, categories with their levels in the order of
 * their letters.
 *
 * @param wanted how each is read: truth values are 0 and 1, days are seconds since 1970-01-01
 * @throws ChurnError BAD_INPUT naming column, row and cell where a cell is not what the column should hold
 */
export async function readValues(
  table: OpenTable,
  wanted: readonly WantedColumn[],
  arrays: Arrays = PLAIN,
): Promise<ColumnValues[]> {
  const out: ColumnValues[] = [];
  for (let from = 0; from < wanted.length; from += TOGETHER) {
    const part = wanted.slice(from, from + TOGETHER);
    const plans = new Map<WantedColumn, Plan>();
    const groups: NumberGroup[] = [];
    for (const group of groupBy(part, (each) => (isTextNumber(each) ? readingKey(each) : ""))) {
      if (isTextNumber(group[0])) groups.push(groupOf(group, table.rows, arrays));
      else for (const each of group) plans.set(each, await planOf(table, each, from + part.indexOf(each), arrays));
    }
    const read = [...plans.values(), ...groups];
    await table.db.fill(
      `SELECT ${[table.row, ...read.map(({ sql }) => sql)].join(", ")} FROM ${table.from}`,
      read.map(({ to }) => to),
    );
    await endLevels(table, [...plans.values()]);
    const numbers = new Map(groups.flatMap(({ wanted, to }) => wanted.map((each, k) => [each, to[k]] as const)));
    await checkRead(table, numbers);
    for (const each of part) {
      const values = plans.get(each)?.values ?? numbers.get(each);
      if (!values) throw new Error(`column ${each.column.name} was not read`);
      out.push(values);
    }
  }
  return out;
}

/** Columns of texts that are read as numbers in the same way: one array of the database a row. */
interface NumberGroup {
  wanted: readonly WantedColumn[];
  sql: string;
  to: readonly Float64Array[];
}

const isTextNumber = ({ kind, column }: WantedColumn) => kind !== "category" && column.type === "VARCHAR";

/** The same for columns that are read in the same way. */
const readingKey = ({ kind, comma, thousands, format }: ColumnReading) =>
  JSON.stringify([kind, comma ?? false, thousands ?? false, format ?? null]);

/** What is asked of a cell stands in the statement once: DuckDB takes long to plan one that says it for each of many columns. */
function groupOf(wanted: readonly WantedColumn[], rows: number, arrays: Arrays): NumberGroup {
  const cells = wanted.map(({ column }) => column.own).join(", ");
  const number = numberSql("cell", "VARCHAR", wanted[0]);
  return {
    wanted,
    sql: `CAST(list_transform([${cells}], lambda cell: ${number}) AS DOUBLE[${wanted.length}])`,
    to: wanted.map(() => arrays.floats(rows)),
  };
}

/** Lets go of the types of the database that texts were read with, and brings their codes to levels. */
async function endLevels(table: OpenTable, plans: readonly Plan[]): Promise<void> {
  const used = plans.flatMap(({ levels }) => levels ?? []);
  if (used.length) await table.db.run(used.map(({ type }) => `DROP TYPE ${type}`).join("; "));
  for (const { to, codeOf } of used) for (let i = 0; i < to.length; i++) if (to[i] >= 0) to[i] = codeOf[to[i]];
}

/** A column as it is read: what fills the array, and what it is afterwards. */
interface Plan {
  sql: string;
  to: Filled;
  values: ColumnValues;
  /** The type of the database that knows the texts as they stand, and the code of each: several may mean one level, or none. */
  levels?: { type: string; to: Int32Array; codeOf: Int32Array };
}

async function planOf(table: OpenTable, wanted: WantedColumn, place: number, arrays: Arrays): Promise<Plan> {
  const { own, type } = wanted.column;
  if (wanted.kind !== "category") {
    const to = arrays.floats(table.rows);
    return { sql: `CAST(${numberSql(own, type, wanted)} AS DOUBLE)`, to, values: to };
  }
  const to = arrays.codes(table.rows);
  const text = type === "VARCHAR" ? own : `CAST(${own} AS VARCHAR)`;
  // codes are made where the texts are: a string for each cell would cost many times as much. And what a text means is asked once
  // for each text, not for each cell
  const name = `levels_${place}`;
  await table.db.run(
    `CREATE TYPE ${name} AS ENUM (SELECT DISTINCT ${text} FROM ${table.from} WHERE ${own} IS NOT NULL)`,
  );
  const { code, level } = columnsAs(
    await table.db.columns(
      `SELECT CAST(enum_code(v) AS DOUBLE) AS code, ${categorySql("t", type, wanted)} AS level
       FROM (SELECT v, CAST(v AS VARCHAR) AS t FROM (SELECT unnest(enum_range(NULL::${name})::${name}[]) AS v)) ORDER BY level`,
    ),
    { code: Float64Array, level: Array },
  );
  const levels: string[] = [];
  const codeOf = new Int32Array(code.length).fill(-1);
  for (const [i, meant] of level.entries()) {
    if (meant === null) continue;
    if (meant !== levels.at(-1)) levels.push(meant);
    codeOf[code[i]] = levels.length - 1;
  }
  return {
    sql: `CAST(enum_code(CAST(${text} AS ${name})) AS INTEGER)`,
    to,
    values: { levels, codes: to },
    levels: { type: name, to, codeOf },
  };
}

/**
 * Looks whether a number that is missing is one that could not be read.
 *
 * @throws ChurnError BAD_INPUT for a cell that holds a value and was not read
 */
async function checkRead(table: OpenTable, numbers: ReadonlyMap<WantedColumn, Float64Array>): Promise<void> {
  const strict = [...numbers].flatMap(([each, values]) => (!each.lenient && values.some(Number.isNaN) ? [each] : []));
  const lost = new Map<TableColumn, number>();
  for (const group of groupBy(strict, readingKey)) {
    const counts = [`count(${oddSql("cell", "VARCHAR", group[0])}) AS cell_odd`];
    const columns = group.map(({ column }) => column);
    for (const [column, count] of await countCells(table, columns, { counts })) lost.set(column, count("odd"));
  }
  for (const { column, ...reading } of strict) {
    const { own, type, name } = column;
    const odd = lost.get(column) ?? 0;
    if (odd === 0) continue;
    const first = await firstOdd(table, own, type, reading);
    const more = odd > 1 ? `, and ${odd - 1} more cells like it` : "";
    throw new ChurnError(
      "BAD_INPUT",
      `column "${name}" of ${table.path} should hold ${WHAT[reading.kind]}, row ${first.row} has ${JSON.stringify(first.cell)}${more}`,
      {
        hint:
          reading.kind === "number"
            ? `mend these cells, or read them as missing: --number ${name}`
            : "mend these cells, or leave them empty where the value is missing",
      },
    );
  }
}

const WHAT = { number: "numbers", boolean: "true or false", date: "days or times", category: "texts" };

/** Texts of columns as they stand in the file, for what is copied to an output. */
export async function readTexts(table: OpenTable, columns: readonly TableColumn[]): Promise<(string | null)[][]> {
  if (columns.length === 0) return [];
  const sql = columns.map(({ own }) => `CAST(${own} AS VARCHAR) AS ${own}`);
  const { __row__: place, ...texts } = await table.db.columns(
    `SELECT ${table.row} AS __row__, ${sql.join(", ")} FROM ${table.from}`,
  );
  const { __row__: to } = columnsAs({ __row__: place }, { __row__: Float64Array });
  return columns.map(({ own }) => {
    const column = texts[own] as (string | null)[];
    if (to.every((value, i) => value === i)) return column;
    // a result that is read while it is made comes in the order in which threads make it
    const moved = new Array<string | null>(to.length);
    for (let i = 0; i < to.length; i++) moved[to[i]] = column[i];
    return moved;
  });
}

/** Columns that are needed and that a table does not have. */
export function missingColumns(table: OpenTable, names: readonly string[]): string[] {
  const there = new Set(table.columns.map(({ name }) => name));
  return names.filter((name) => !there.has(name));
}
