import { checkCell } from "../cdr/cell-rules.js";
import type { CdrColumn } from "../cdr/columns.js";
import { closestMatch } from "../core/closest-match.js";
import type { RejectedRow } from "../store/new-batch.js";
import type { Columns } from "../store/read-columns.js";

/** Columns of the legacy system's table that we number ourselves. */
const IGNORED = new Set(["id"]);

/** Longest text that is kept of a bad row. */
const LONGEST_RAW = 2000;

/**
 * Checks records one by one by the rules that a loaded file is held to; good ones become columns, bad ones are set aside.
 *
 * @param today days since 1970-01-01; records may be a day ahead of it, for other time zones
 * @param record the columns of the record of the store
 */
export function checkRecords(
  records: readonly Record<string, unknown>[],
  today: number,
  record: readonly CdrColumn[],
): { columns: Columns; rejects: RejectedRow[] } {
  const given = record.filter(
    ({ name, kind }) => kind === "day" || kind === "id" || records.some((each) => Object.hasOwn(each, name)),
  );
  const good: (number | string | null)[][] = given.map(() => []);
  const rejects: RejectedRow[] = [];
  const known = new Set(record.map(({ name }) => name));
  const nearest = new Map<string, string | undefined>();
  for (const [index, each] of records.entries()) {
    const line = index + 1;
    const fault =
      unknownColumn(each, known, nearest) ?? checkRow(each, given, today, (column, value) => good[column]?.push(value));
    if (!fault) continue;
    for (const values of good) values.length = line - 1 - rejects.length;
    const raw = JSON.stringify(each).replaceAll("\0", "").slice(0, LONGEST_RAW);
    rejects.push({ line, ...fault, raw });
  }
  const columns: Columns = {};
  for (const [index, { name, kind }] of given.entries()) {
    const values = good[index] as (number | null)[];
    if (kind === "id") columns[name] = values as unknown as string[];
    else if (kind === "day") columns[name] = Int32Array.from(values as number[]);
    else columns[name] = Float64Array.from(values, (value) => value ?? Number.NaN);
  }
  return { columns, rejects };
}

type Fault = Pick<RejectedRow, "columnName" | "reason">;

/** Names of which the nearest column is looked for; it takes longer than all else, and a client has few. */
const MOST_NAMES = 100;

function unknownColumn(
  record: Record<string, unknown>,
  known: ReadonlySet<string>,
  nearest: Map<string, string | undefined>,
): Fault | undefined {
  for (const key of Object.keys(record)) {
    if (IGNORED.has(key) || known.has(key)) continue;
    const shown = key.replaceAll("\0", "").slice(0, 100);
    if (!nearest.has(shown) && nearest.size < MOST_NAMES) nearest.set(shown, closestMatch(shown, known));
    const near = nearest.get(shown);
    return { columnName: shown, reason: `no such column${near ? `; did you mean ${near}?` : ""}` };
  }
  return undefined;
}

function checkRow(
  record: Record<string, unknown>,
  columns: readonly CdrColumn[],
  today: number,
  keep: (column: number, value: number | string | null) => void,
): Fault | undefined {
  for (const [index, column] of columns.entries()) {
    const checked = checkCell(column, record[column.name], today);
    if ("reason" in checked) return { columnName: column.name, reason: checked.reason };
    keep(index, checked.value);
  }
  return undefined;
}
