import type { CdrColumn } from "../../cdr/columns.js";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { type Database, name } from "../../store/database.js";
import type { LogColumn, LogMeasure } from "../../store/log-columns.js";
import { numberTextCastSql, type RecordCellOptions, typedCellSql, validSql } from "../../store/record-cell-sql.js";
import { recordKeySql } from "../../store/record-ids.js";
import type { MeasurePlan } from "../measures/measure-plan.js";
import { computedRows, readSql, rowTests, whileComputing } from "../measures/measure-sql.js";
import { planMeasures } from "../measures/plan-measures.js";
import type { Source } from "../reading/source.js";
import type { CellOptions } from "./cell-options.js";
import { mapColumns } from "./map-columns.js";

/** One of our columns, and its position in a file. */
export interface MappedColumn extends CdrColumn {
  position: number;
}

/** The table `typed`, and what it was made of. */
export interface TypedRows {
  source: Source;
  /** Our columns that the file has, in our order. */
  present: readonly MappedColumn[];
  /** The columns of the record that come of the file, computed ones too, in our order. */
  columns: readonly LogColumn[];
  /** How measures are computed; undefined where none is. */
  plan: MeasurePlan | undefined;
  /** Our columns that the file does not have. */
  absent: string[];
  /** Columns of the file that nothing uses. */
  unused: string[];
  /** SQL for the rows of `typed`, with the number of their line. */
  rows: string;
  options: CellOptions;
}

/**
 * Makes the temporary table `typed` of a source, in its order: cells cast to their column types, and a flag `ok` saying whether
 * every cell of the row is valid.
 *
 * @throws ChurnError as `mapColumns`
 */
export async function makeTypedRows(db: Database, source: Source, options: CellOptions): Promise<TypedRows> {
  const { grain } = options;
  const { positions, columns: record, absent, unused } = mapColumns(source.header, options.columns, options);
  const rules = recordCellOptions(options);
  const computed = record.filter((column): column is LogMeasure => column.sql !== undefined);
  const plan = computed.length
    ? await planMeasures(db, computed, source, { grain, rules, time: positions.get("DP_DATE") })
    : undefined;
  const planned = new Map(plan?.computed.map(({ measure }) => [measure.name, measure]));
  const columns = record.map((column) => planned.get(column.name) ?? column);
  const present = columns.flatMap((column): MappedColumn[] => {
    const position = positions.get(column.name);
    return position === undefined ? [] : [{ ...column, position }];
  });
  const given = { grain, rules, thousands: options.thousands, identity: identityOf(source, options) };
  const rowsOf = (own: MeasurePlan | undefined) => typedRows(present, own, source, given);
  await whileComputing(
    db,
    plan,
    (one) => `SELECT count(*) FILTER (ok) FROM (${rowsOf(one)})`,
    () => db.run(`CREATE OR REPLACE TEMP TABLE typed AS ${rowsOf(plan)}`),
  );
  const rows = source.line ? "typed" : `(SELECT rowid + ${source.firstLine} AS line, * FROM typed)`;
  const read = new Set(plan?.reads.map(({ position }) => source.header[position]));
  return {
    source,
    present,
    columns,
    plan,
    absent,
    unused: unused.filter((column) => !read.has(column) && column !== options.record_id),
    rows,
    options,
  };
}

/** What tells whether a record came before: its id, else, among events, all of its cells. @throws ChurnError BAD_OPTION */
function identityOf({ header, cell, fingerprint }: Source, { record_id, grain }: CellOptions): string {
  if (record_id === undefined) return grain === "event" && fingerprint ? `${fingerprint} AS fingerprint, ` : "";
  const position = header.indexOf(record_id);
  if (position >= 0) return `${recordKeySql(cell(position))} AS record_key, `;
  const near = closestMatch(record_id, header);
  throw new ChurnError(
    "BAD_OPTION",
    `option "load.record_id" names a column ${JSON.stringify(record_id)} that does not exist`,
    {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `the file has ${header.join(", ")}`,
    },
  );
}

function typedRows(
  present: readonly MappedColumn[],
  plan: MeasurePlan | undefined,
  source: Source,
  {
    grain,
    rules,
    thousands,
    identity,
  }: { grain: "day" | "event"; rules: RecordCellOptions; thousands: CellOptions["thousands"]; identity: string },
): string {
  const { from, cell, widthOk, line, file } = source;
  const own = (column: MappedColumn) => ({ ...rules, thousands: thousands?.[column.name] });
  // what is asked several times of a cell is computed once, in a query below
  const raw = (index: number) => `"${index} raw"`;
  const cast = (index: number) => `"${index} number"`;
  const casts = present.flatMap((column, index) =>
    column.kind === "count" || column.kind === "amount"
      ? [`${numberTextCastSql(raw(index), own(column))} AS ${cast(index)}`]
      : [],
  );
  const typed = present.map(
    (column, index) => `${typedCellSql(raw(index), column.kind, own(column), cast(index))} AS ${name(column.name)}`,
  );
  const checks = present.map((column) => validSql(name(column.name), column));
  const place = `${line ? `${line} AS line, ` : ""}${file ? `${file} AS file_number, ` : ""}${identity}`;
  const texts = present.map((column, index) => `${cell(column.position)} AS ${raw(index)}`);
  const read = [...(plan ? readSql(plan, source, rules) : []), ...texts];
  const bare = `SELECT ${place}${widthOk} AS width_ok, ${read.join(", ")} FROM ${from}`;
  const below = [...texts, ...casts].map((each) => each.slice(each.lastIndexOf(" AS ") + 4));
  const rows = `SELECT * EXCLUDE (${below.join(", ")}), ${typed.join(", ")} FROM (SELECT ${["*", ...casts].join(", ")} FROM (${bare}))`;
  const tests = ["width_ok", ...checks, ...(plan ? rowTests(plan, grain) : [])];
  return `SELECT *, coalesce(${tests.join(" AND ")}, false) AS ok FROM (${plan ? computedRows(plan, rows, grain) : rows})`;
}

/** The options of a load as the rules of cells have them. */
function recordCellOptions({ empty_cells, date_format, time_zone, decimal, id_form }: CellOptions): RecordCellOptions {
  return { empty: empty_cells === "missing" ? "null" : empty_cells, date_format, time_zone, decimal, id_form };
}
