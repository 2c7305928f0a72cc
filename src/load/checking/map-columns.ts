import { CDR_COLUMNS, type CdrColumn, measuresOf } from "../../cdr/columns.js";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { LogColumn, LogMeasure } from "../../store/log-columns.js";
import { RECORDS, recordWith } from "../measures/record-of-load.js";

/** Where each of our columns stands in a file. */
export interface ColumnMap {
  /** Our column → its position in the file, from 0. */
  positions: Map<string, number>;
  /** The columns of the record that come of the file, in order: those that it has, and measures that are computed. */
  columns: LogColumn[];
  /** Our columns that the file does not have. */
  absent: string[];
  /** Columns of the file that are no column of ours; a measure may be computed from them. */
  unused: string[];
}

/** What else is known of the record that a file brings. */
export interface WantedRecord {
  /** Measures beside those of a call record, or in their place. */
  measures?: readonly LogMeasure[] | undefined;
  /** Measures that must be columns of the file. */
  wanted?: readonly string[] | undefined;
  grain: "day" | "event";
}

/** What day and subscriber may be called in the option `columns`. */
const KEYS: Readonly<Record<string, string>> = { subscriber: "DP_MSISDN", time: "DP_DATE", day: "DP_DATE" };

/**
 * Finds our columns in the header of a file: by the given names, else by their own, in any case.
 *
 * A log of events without any measure has the number of its records.
 *
 * @param header names of the file's columns
 * @param named our column → name in the file
 * @throws ChurnError BAD_OPTION for a name that does not exist on either side; BAD_INPUT when day, subscriber or every measure is missing
 */
export function mapColumns(
  header: readonly string[],
  named: Readonly<Record<string, string>>,
  { measures = [], wanted = [], grain }: WantedRecord,
): ColumnMap {
  const record = recordWith(measures);
  const given = checkNames(header, named, record);
  const twice = header.find((column, index) => column !== "" && header.indexOf(column) < index);
  if (twice !== undefined) {
    throw new ChurnError("BAD_INPUT", `two columns are called ${JSON.stringify(twice)}`, {
      hint: "rename one of them",
    });
  }
  const positions = new Map<string, number>();
  for (const { name, sql } of record) {
    if (sql !== undefined) continue;
    const theirs = given.get(name);
    const position =
      theirs === undefined
        ? header.findIndex((column) => column.trim().toLowerCase() === name.toLowerCase())
        : header.indexOf(theirs);
    if (position >= 0) positions.set(name, position);
  }
  for (const { name, kind } of record) {
    if ((kind === "day" || kind === "id") && !positions.has(name)) {
      const key = kind === "day" ? (grain === "event" ? "time" : "day") : "subscriber";
      throw new ChurnError("BAD_INPUT", `no column for ${name} among ${header.join(", ")}`, {
        hint: readerHint(header) ?? `say which one it is: "columns": { "${key}": "…" }, or --columns ${key}=…`,
      });
    }
  }
  const missing = wanted.find((name) => !positions.has(name));
  if (missing !== undefined) throw noColumn(missing, header);
  const found = record.filter(({ name, sql }) => sql !== undefined || positions.has(name));
  const columns = measuresOf(found).length > 0 || grain === "day" ? found : withRecords(found);
  if (measuresOf(columns).length === 0) {
    throw new ChurnError("BAD_INPUT", `no column for any measure among ${header.join(", ")}`, {
      hint: 'say which one it is: "columns": { "DP_DATA_COUNT": "…" }, or compute one: "measures": { "visits": "…" }; a log with a row for each event is "grain": "event", and its rows are counted',
    });
  }
  const used = new Set(positions.values());
  return {
    positions,
    columns,
    absent: absentOf(record, columns),
    unused: header.filter((_, index) => !used.has(index)),
  };
}

function noColumn(measure: string, header: readonly string[]): ChurnError {
  const near = closestMatch(measure, header);
  return new ChurnError(
    "BAD_OPTION",
    `option "load.measures.${measure}" has no "sql", and the file has no column of this name`,
    {
      hint: `${near ? `did you mean ${JSON.stringify(near)}? Then say` : "say"} which column it is: "columns": { "${measure}": "…" }, or compute it: "sql"`,
    },
  );
}

/** The columns of a log of who and when: its records are counted. */
function withRecords(found: readonly LogColumn[]): LogColumn[] {
  return [...found.filter(({ kind }) => kind !== "label"), RECORDS, ...found.filter(({ kind }) => kind === "label")];
}

/** The columns that are missed: those of a call record only where it is one. */
function absentOf(record: readonly CdrColumn[], columns: readonly LogColumn[]): string[] {
  const has = (name: string) => columns.some((column) => column.name === name);
  const isOfCallRecord = (name: string) => CDR_COLUMNS.some((column) => column.name === name);
  const isCallRecord = measuresOf(columns).some(({ name }) => isOfCallRecord(name));
  return record.map(({ name }) => name).filter((name) => !has(name) && (isCallRecord || !isOfCallRecord(name)));
}

/** Checks what the option `columns` names; gives our column → name in the file. */
function checkNames(
  header: readonly string[],
  named: Readonly<Record<string, string>>,
  record: readonly LogColumn[],
): Map<string, string> {
  const ours = record.map((column) => column.name);
  const given = new Map<string, string>();
  for (const [our, theirs] of Object.entries(named)) {
    const column = record.find(({ name }) => name === (KEYS[our] ?? our));
    if (!column) throw noSuch("load.columns", our, [...ours, ...Object.keys(KEYS)], "the record has");
    if (!header.includes(theirs)) throw noSuch(`load.columns.${our}`, theirs, header, "the file has");
    const before = given.get(column.name);
    if (before !== undefined && before !== theirs) {
      throw new ChurnError(
        "BAD_OPTION",
        `option "load.columns" names two columns for ${column.name}: ${before} and ${theirs}`,
        {
          hint: "leave one of them out",
        },
      );
    }
    if (column.sql !== undefined) {
      throw new ChurnError("BAD_OPTION", `option "load.columns.${our}" names a column for a measure that is computed`, {
        hint: `leave it out, or the "sql" of "load.measures.${column.name}"`,
      });
    }
    given.set(column.name, theirs);
  }
  return given;
}

function noSuch(key: string, name: string, candidates: readonly string[], have: string): ChurnError {
  const near = closestMatch(name, candidates);
  return new ChurnError("BAD_OPTION", `option "${key}" names a column ${JSON.stringify(name)} that does not exist`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `${have} ${candidates.join(", ")}`,
  });
}

/** What a header that is none tells of how the file is to be read. */
function readerHint(header: readonly string[]): string | undefined {
  if (header.length === 1) {
    return "the first line has one column: name the character between the columns, --reader delimiter=…, or pass over lines above the header, --reader skip=…";
  }
  if (!header.some((cell) => /^\d{4}-\d{2}-\d{2}|^[+-]?\d+([.,]\d+)?$/.test(cell))) return undefined;
  return "is the first line a row, and no header? --reader header=false calls the columns c1, c2, …: --columns day=c1";
}
