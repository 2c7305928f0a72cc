import type { CdrColumn } from "../../cdr/columns.js";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { type Database, name } from "../../store/database.js";
import type { LogColumn, LogMeasure } from "../../store/log-columns.js";
import { plainCellSql, type RecordCellOptions, typedCellSql, validSql } from "../../store/record-cell-sql.js";
import { recordKeySql } from "../../store/record-ids.js";
import type { MeasurePlan } from "../measures/measure-plan.js";
import { computedRows, readCells, rowTests, whileComputing } from "../measures/measure-sql.js";
import { planMeasures } from "../measures/plan-measures.js";
import type { TypedCell } from "../measures/typed-cell.js";
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
  const cells: TypedCell[] = present.map((column) => {
    const own = { ...rules, thousands: thousands?.[column.name] };
    return {
      name: name(column.name),
      text: cell(column.position),
      typed: (raw, value) => typedCellSql(raw, column.kind, own, value),
      plain: (raw) => plainCellSql(raw, column, own),
      check: validSql(name(column.name), column),
    };
  });
  if (plan) cells.unshift(...readCells(plan, source, rules));
  const place = `${line ? `${line} AS line, ` : ""}${file ? `${file} AS file_number, ` : ""}${identity}${widthOk} AS width_ok`;
  const tests = plan ? rowTests(plan, grain) : [];
  return judgedRows(`FROM ${from}`, place, cells, tests, (rows) => (plan ? computedRows(plan, rows, grain) : rows));
}

/**
 * A query for rows with their cells, and with `ok`. What is asked several times of a cell is computed once, in a query below; and of a
 * row whose cells are all plain, as most are, no more is asked.
 *
 * @param place SELECT items beside the cells
 * @param tests what a row must pass beside the checks of its cells
 * @param compute puts what is computed of each row above its cells
 */
function judgedRows(
  from: string,
  place: string,
  cells: readonly TypedCell[],
  tests: readonly string[],
  compute: (rows: string) => string,
): string {
  const raw = (index: number) => `"${index} raw"`;
  const value = (index: number) => `"${index} value"`;
  const found = cells.map((cell, index) => ({ ...cell, index, plain: cell.plain(raw(index)) }));
  const plain = found.flatMap(({ plain: own, index }) => (own ? [{ ...own, index }] : []));
  const below = [...found.map(({ index }) => raw(index)), ...plain.map(({ index }) => value(index))];
  const texts = found.map(({ text, index }) => `${text} AS ${raw(index)}`);
  const values = plain.map(({ value: sql, index }) => `${sql} AS ${value(index)}`);
  const isPlain = ["true", ...plain.map(({ test, index }) => test(value(index)))].join(" AND ");
  const typed = found.map(({ name: own, typed: by, plain: quick, index }) =>
    quick
      ? `CASE WHEN is_plain THEN ${value(index)} ELSE ${by(raw(index), value(index))} END AS ${own}`
      : `${by(raw(index))} AS ${own}`,
  );
  const bare = `SELECT ${[place, ...texts].join(", ")} ${from}`;
  const valued = `SELECT ${["*", ...values].join(", ")} FROM (${bare})`;
  const judged = `SELECT *, coalesce(${isPlain}, false) AS is_plain FROM (${valued})`;
  const rows = compute(`SELECT * EXCLUDE (${below.join(", ")}), ${typed.join(", ")} FROM (${judged})`);
  const checks = found.flatMap(({ check, plain: quick }) => (check ? [{ check, quick }] : []));
  const always = ["width_ok", ...checks.flatMap(({ check, quick }) => (quick ? [] : [check])), ...tests].join(" AND ");
  const asked = ["true", ...checks.flatMap(({ check, quick }) => (quick ? [check] : []))].join(" AND ");
  return `SELECT * EXCLUDE (is_plain), coalesce(${always} AND CASE WHEN is_plain THEN true ELSE ${asked} END, false) AS ok FROM (${rows})`;
}

/** The options of a load as the rules of cells have them. */
function recordCellOptions({ empty_cells, date_format, time_zone, decimal, id_form }: CellOptions): RecordCellOptions {
  return { empty: empty_cells === "missing" ? "null" : empty_cells, date_format, time_zone, decimal, id_form };
}
