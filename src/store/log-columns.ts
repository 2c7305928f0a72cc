import { CDR_COLUMNS, type CdrColumn, type Combine, MEASURES, type MeasureColumn, measuresOf } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { type Database, name, type SqlValue, text } from "./database.js";

/** What the cells of a column of a file are read as, where an expression names it. */
export type CellReading = "number" | "text" | "day" | "time" | "truth";

/** A column of the record of this store; a measure may be computed from columns of a file. */
export interface LogColumn extends CdrColumn {
  /** The expression over the columns of a file; without one it is a column of the file itself. */
  readonly sql?: string;
  /** Columns of the file that the expression names, and how their cells are read: in the next file in the same way. */
  readonly reads?: Readonly<Record<string, CellReading>>;
}

/** A measure among the columns of the record of a store. */
export type LogMeasure = LogColumn & MeasureColumn;

/** The measures of a store; each is a column of `DP_CDR_Data` and `added_records`. */
export const MEASURES_TABLE = `CREATE TABLE IF NOT EXISTS measures (
    "position" INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    unit VARCHAR,
    negative BOOLEAN NOT NULL,
    combine VARCHAR NOT NULL,
    "sql" VARCHAR,
    "reads" VARCHAR NOT NULL
  )`;

/** A row of `measures`. */
export interface MeasureRow {
  name: string;
  kind: string;
  title: string;
  unit: string | null;
  /** MySQL gives a number. */
  negative: boolean | number;
  combine: string;
  sql: string | null;
  reads: string;
}

/** The rows that a store begins with: those of a call record, in their order. */
export const DEFAULT_MEASURES: readonly MeasureRow[] = MEASURES.map(rowOf);

/** The statement that writes the rows that a store begins with. */
export const ADD_DEFAULT_MEASURES = `INSERT OR IGNORE INTO measures VALUES ${DEFAULT_MEASURES.map((row, index) => valuesOf(row, index + 1)).join(", ")}`;

/** The tables that have a column for each measure. */
export const RECORD_TABLES = ["DP_CDR_Data", "added_records"] as const;

const TYPES: Record<string, string> = { count: "BIGINT", amount: "DOUBLE", label: "TINYINT" };

/** The type that a measure or the label has in DuckDB. */
export const cellType = (kind: string): string => TYPES[kind] ?? "VARCHAR";

/** The columns of the record of this store in order: day, subscriber, measures, label. */
export async function logColumns(db: Database): Promise<LogColumn[]> {
  const rows = await db.rows<{ [Name in keyof MeasureRow]: SqlValue }>(
    'SELECT name, kind, title, unit, negative, combine, "sql", "reads" FROM measures ORDER BY "position"',
  );
  return columnsOfRows(rows as unknown as MeasureRow[]);
}

/** The same of the rows of `measures`, in whichever database. */
export function columnsOfRows(rows: readonly MeasureRow[]): LogColumn[] {
  const keys = CDR_COLUMNS.filter(({ kind }) => kind === "day" || kind === "id");
  const labels = CDR_COLUMNS.filter(({ kind }) => kind === "label");
  return [...keys, ...rows.map(columnOf), ...labels];
}

/** The measures among columns that are not just those of a call record: further ones, and those of which something else is said. */
export function furtherMeasures(columns: readonly LogColumn[]): LogMeasure[] {
  const plain = new Set(CDR_COLUMNS.map((column) => JSON.stringify(column)));
  return measuresOf(columns).filter((measure) => !plain.has(JSON.stringify(measure)));
}

function columnOf({ name: column, kind, title, unit, negative, combine, sql, reads }: MeasureRow): LogMeasure {
  return {
    name: column,
    kind: kind === "count" ? "count" : "amount",
    title,
    ...(unit === null ? {} : { unit }),
    ...(negative ? { negative: true } : {}),
    ...(combine === "add" ? {} : { combine: combine as Combine }),
    ...(sql === null ? {} : { sql, reads: JSON.parse(reads) as Record<string, CellReading> }),
  };
}

function rowOf({ name: column, kind, title, unit, negative, combine, sql, reads }: LogMeasure): MeasureRow {
  return {
    ...{ name: column, kind, title, unit: unit ?? null, negative: negative ?? false, combine: combine ?? "add" },
    ...{ sql: sql ?? null, reads: JSON.stringify(reads ?? {}) },
  };
}

function valuesOf({ name: column, kind, title, unit, negative, combine, sql, reads }: MeasureRow, position: number) {
  const texts = (values: readonly (string | null)[]) => values.map((value) => (value === null ? "NULL" : text(value)));
  return `(${position}, ${[...texts([column, kind, title, unit]), Boolean(negative), ...texts([combine, sql, reads])].join(", ")})`;
}

/**
 * Makes measures part of the record of a store: those that it has keep their place, further ones become columns after the others.
 *
 * To be called in a transaction, before anything else of it changes a record: DuckDB commits no new column beside older changes.
 *
 * @throws ChurnError CONFLICT for a measure that the store keeps as another kind, or puts together in another way
 */
export async function setMeasures(db: Database, measures: readonly LogMeasure[]): Promise<void> {
  const known = await logColumns(db);
  let position = known.length - CDR_COLUMNS.length + MEASURES.length;
  for (const measure of measures) {
    const before = known.find((column) => column.name.toLowerCase() === measure.name.toLowerCase());
    if (before) {
      checkSame(measure, before);
      // what came as a column is computed again where it was
      const own = measure.sql === undefined ? { sql: before.sql, reads: before.reads } : {};
      const [now, then] = [rowOf({ ...measure, ...own, name: before.name } as LogMeasure), rowOf(before as LogMeasure)];
      if (JSON.stringify(now) === JSON.stringify(then)) continue;
      await db.run(
        `UPDATE measures SET title = $1, unit = $2, negative = $3, combine = $4, "sql" = $5, "reads" = $6 WHERE name = $7`,
        [now.title, now.unit, Boolean(now.negative), now.combine, now.sql, now.reads, before.name],
      );
      continue;
    }
    position++;
    await db.run(`INSERT INTO measures VALUES ${valuesOf(rowOf(measure), position)}`);
  }
  await addMeasureColumns(db, await logColumns(db));
}

function checkSame(measure: LogMeasure, before: LogColumn): void {
  const { combine = "add" } = measure;
  const { combine: kept = "add" } = before;
  if (measure.kind === before.kind && combine === kept) return;
  const [now, then] = measure.kind === before.kind ? [combine, kept] : [measure.kind, before.kind];
  throw new ChurnError("CONFLICT", `measure ${before.name} is kept as "${then}" in this store, and would be "${now}"`, {
    hint: "give the measure another name, or the log another store: --store.path",
  });
}

/** Gives the tables of records the columns of a record that they have not. */
export async function addMeasureColumns(db: Database, columns: readonly LogColumn[]): Promise<void> {
  for (const table of RECORD_TABLES) {
    const there = new Set((await tableColumns(db, table)).map((column) => column.toLowerCase()));
    for (const { name: column, kind } of columns) {
      if (there.has(column.toLowerCase())) continue;
      await db.run(`ALTER TABLE ${table} ADD COLUMN ${name(column)} ${cellType(kind)}`);
    }
  }
}

/** The names of the columns of a table, in its order: a further measure stands after all others. */
export async function tableColumns(db: Database, table: string): Promise<string[]> {
  const found = await db.rows<{ column_name: string }>(`SELECT column_name FROM (DESCRIBE ${table})`);
  return found.map(({ column_name }) => column_name);
}
