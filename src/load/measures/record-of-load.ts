import { CDR_COLUMNS } from "../../cdr/columns.js";
import type { Database } from "../../store/database.js";
import { furtherMeasures, type LogColumn, type LogMeasure, logColumns } from "../../store/log-columns.js";
import { compileMeasures } from "./compile-measures.js";
import type { MeasuresOption } from "./measures-option.js";

/** What a log of (who, when) alone measures. */
export const RECORDS: LogMeasure = { name: "records", kind: "count", title: "records", sql: "count(*)", reads: {} };

/**
 * The measures that a load may bring, beside those of a call record or in their place: those of its configuration, and further ones of
 * the store, which a file may have as columns.
 *
 * @returns the measures, and the names of those that must be columns of the file
 * @throws ChurnError BAD_OPTION for a measure that is none
 */
export async function measuresOfLoad(
  db: Database,
  { measures, grain }: { measures: MeasuresOption; grain: "day" | "event" },
): Promise<{ measures: LogMeasure[]; wanted: string[] }> {
  const known = await logColumns(db);
  const given = await compileMeasures(db, measures, grain, known);
  const others = furtherMeasures(known).filter(({ name }) => !given.some((measure) => measure.name === name));
  const wanted = given.filter(({ sql }) => sql === undefined).map(({ name }) => name);
  return { measures: [...others.map(asColumn), ...given], wanted };
}

/** A measure that is no column of a file unless the file has one of its name. */
function asColumn({ sql: _sql, reads: _reads, ...measure }: LogMeasure): LogMeasure {
  return measure;
}

/** The columns of a record in order, with some measures beside those of a call record or in their place. */
export function recordWith(measures: readonly LogMeasure[]): LogColumn[] {
  const own = CDR_COLUMNS.map((column) => measures.find(({ name }) => name === column.name) ?? column);
  const further = measures.filter(({ name }) => !CDR_COLUMNS.some((column) => column.name === name));
  const label = own.findIndex(({ kind }) => kind === "label");
  return [...own.slice(0, label), ...further, ...own.slice(label)];
}
