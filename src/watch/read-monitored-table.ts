import { basename } from "node:path";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import type { CategoryColumn, Column } from "../monitoring/chunks/column.js";
import type { ColumnRoles } from "../monitoring/chunks/column-roles.js";
import { codes, floats } from "../monitoring/chunks/large-arrays.js";
import type { MonitoredTable } from "../monitoring/chunks/table.js";
import { startThread } from "../monitoring/engine/two-threads.js";
import { text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import type { ColumnOverrides, WantedColumn } from "../table-files/column-reading.js";
import { findReadings } from "../table-files/find-readings.js";
import { type OpenTable, openTable, type TableColumn } from "../table-files/open-table.js";
import { readValues } from "../table-files/read-columns.js";
import { filledSql, trimmedSql } from "../table-files/reading-sql.js";

/** Labels that lie in a file of their own. */
export interface Targets {
  readonly path: string;
  /** A column that both files have; rows without a label stay. */
  readonly join: string;
}

type ReadTable = MonitoredTable & { warnings: string[] };

/**
 * Reads a table to monitor from a file, as `openTable` opens it.
 *
 * Numbers become numbers, truth values and texts categories; dates that have no role are left out with a warning.
 *
 * @param targets labels to join to the rows; a label that is not there yet is missing
 * @param overrides what is said of columns whose cells tell it wrong
 * @throws BAD_INPUT when a column with a role is not there
 */
export async function readMonitoredTable(
  path: string,
  roles: ColumnRoles = {},
  targets?: Targets,
  overrides: ColumnOverrides = {},
): Promise<ReadTable> {
  return inMemory(async (db) => {
    const table = await openTable(db, path);
    const labels = targets && (await openTable(db, targets.path, "labels"));
    checkRoles(table, roles);
    const { used, time, warnings } = await chooseColumns(table, roles, labels ? targetOf(roles) : undefined, overrides);
    startThread(table.rows);
    const columns = await readColumns(table, used);
    const times = time && (await readTimes(table, time));
    if (labels && targets) columns.set(targetOf(roles), await joinLabels(table, labels, targets, roles, overrides));
    return monitored(roles, columns, times, warnings);
  });
}

const targetOf = ({ y_true }: ColumnRoles) => y_true ?? "y_true";

/** Columns to read, and how; the time is read by rules of its own: a day and a month that could be swapped are refused. */
async function chooseColumns(
  table: OpenTable,
  roles: ColumnRoles,
  joined: string | undefined,
  overrides: ColumnOverrides,
): Promise<{ used: WantedColumn[]; time: TableColumn | undefined; warnings: string[] }> {
  const time = table.columns.find(({ name }) => name === roles.timestamp);
  const { continuous, categorical } = roles;
  const listed = continuous || categorical ? [...(continuous ?? []), ...(categorical ?? [])] : undefined;
  const asked = table.columns.filter(
    (column) =>
      column !== time &&
      column.name !== joined &&
      (isRole(column.name, roles) || (listed?.includes(column.name) ?? true)),
  );
  const { readings, notes } = await findReadings(table, asked, overrides);
  const wanted = asked.map((column, j): WantedColumn => ({ ...readings[j], column }));
  const left = wanted.filter(({ kind, column }) => kind === "date" && !isRole(column.name, roles) && !listed);
  const used = wanted.filter((each) => !left.includes(each));
  const dated = left.map(({ column }) => `column "${column.name}" holds dates and has no role: it is left out`);
  // a day with a role is a text like any other
  return {
    used: used.map((each) => (each.kind === "date" ? { kind: "category", marks: true, column: each.column } : each)),
    time,
    warnings: [...dated, ...notes.map((note) => `${basename(table.path)}: ${note}`)],
  };
}

async function readColumns(table: OpenTable, used: readonly WantedColumn[]): Promise<Map<string, Column>> {
  const values = await readValues(table, used, { floats, codes });
  return new Map(
    used.map(({ column, kind }, j) => {
      const read = values[j];
      return [column.name, kind === "boolean" && read instanceof Float64Array ? truthValues(read) : read];
    }),
  );
}

/** Truth values as categories, called as pandas calls them. */
function truthValues(read: Float64Array): CategoryColumn {
  const levels = ["False", "True"].filter((_, value) => read.includes(value));
  const shift = levels[0] === "True" ? 1 : 0;
  const to = codes(read.length);
  for (let i = 0; i < to.length; i++) to[i] = Number.isNaN(read[i]) ? -1 : read[i] - shift;
  return { codes: to, levels };
}

/** The labels in the order of the rows of a table; those that are not in yet are missing. */
async function joinLabels(
  table: OpenTable,
  labels: OpenTable,
  { join }: Targets,
  roles: ColumnRoles,
  overrides: ColumnOverrides,
): Promise<Column> {
  const [key, theirs, target] = [columnIn(table, join), columnIn(labels, join), columnIn(labels, targetOf(roles))];
  const number = overrides.number?.filter((name) => name === target.name);
  const { readings } = await findReadings(labels, [target], { number });
  const [label] = (await readColumns(labels, [{ ...readings[0], column: target }])).values();
  // a whole number is the same number with a point and zeros behind it
  const keyOf = ({ own }: TableColumn) => `regexp_replace(${trimmedSql(own)}, '^(-?\\d+)\\.0+$', '\\1')`;
  const twice = await table.db.row<{ k: string }>(
    `SELECT ${keyOf(theirs)} AS k FROM ${labels.from} WHERE k IS NOT NULL GROUP BY 1 HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice) {
    throw new ChurnError("BAD_INPUT", `${labels.path}: ${join} ${twice.k} has more than one label`, {
      hint: "give one row for each",
    });
  }
  const place = new Int32Array(table.rows);
  await table.db.fill(
    `SELECT a.place, CAST(b.place AS INTEGER)
     FROM (SELECT ${table.row} AS place, ${keyOf(key)} AS k FROM ${table.from}) a
     LEFT JOIN (SELECT ${labels.row} AS place, ${keyOf(theirs)} AS k FROM ${labels.from}) b USING (k)`,
    [place],
  );
  if (label instanceof Float64Array) {
    const to = floats(table.rows);
    for (let i = 0; i < to.length; i++) to[i] = place[i] < 0 ? Number.NaN : label[place[i]];
    return to;
  }
  const to = codes(table.rows);
  for (let i = 0; i < to.length; i++) to[i] = place[i] < 0 ? -1 : label.codes[place[i]];
  return { codes: to, levels: label.levels };
}

function monitored(
  roles: ColumnRoles,
  columns: ReadonlyMap<string, Column>,
  times: { timestamp: Float64Array; zone: "naive" | "utc" } | undefined,
  warnings: string[],
): ReadTable {
  const { identifier, y_pred_proba, y_pred, y_true } = roles;
  const named = new Set([identifier, y_pred_proba, y_pred, y_true]);
  const column = (name: string | undefined) => (name === undefined ? undefined : columns.get(name));
  return {
    ...times,
    ...optional("identifier", column(identifier)),
    ...optional("yPredProba", column(y_pred_proba)),
    ...optional("yPred", column(y_pred)),
    ...optional("yTrue", column(y_true)),
    names: {
      ...optional("yPredProba", y_pred_proba),
      ...optional("yPred", y_pred),
      ...optional("yTrue", y_true),
    },
    columns: Object.fromEntries([...columns].filter(([name]) => !named.has(name))),
    warnings,
  };
}

const optional = <K extends string, T>(key: K, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: T };

function isRole(name: string, { timestamp, identifier, y_pred_proba, y_pred, y_true }: ColumnRoles): boolean {
  return [timestamp, identifier, y_pred_proba, y_pred, y_true].includes(name);
}

function checkRoles(table: OpenTable, roles: ColumnRoles): void {
  const { continuous = [], categorical = [], ...single } = roles;
  for (const name of [...Object.values(single), ...continuous, ...categorical]) {
    if (typeof name === "string" && name !== roles.y_true) columnIn(table, name);
  }
}

function columnIn({ path, columns }: OpenTable, name: string): TableColumn {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  const near = closestMatch(name, names);
  throw new ChurnError("BAD_INPUT", `${path}: there is no column "${name}"`, {
    hint: near ? `did you mean "${near}"?` : `it has ${names.join(", ")}`,
  });
}

const ZONED = ":\\d\\d(\\.\\d+)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$";

/** Times as milliseconds; texts are read as ISO 8601 and nothing else. */
async function readTimes(
  table: OpenTable,
  { name, own, type }: TableColumn,
): Promise<{ timestamp: Float64Array; zone: "naive" | "utc" }> {
  const timestamp = floats(table.rows);
  const isTime = /^(DATE|TIMESTAMP)/.test(type);
  const cell = isTime ? own : filledSql(own);
  const read = async (to: string, zone: "naive" | "utc") => {
    await table.db.fill(`SELECT ${table.row}, epoch_us(CAST(${cell} AS ${to})) / 1000 FROM ${table.from}`, [timestamp]);
    return { timestamp, zone };
  };
  if (isTime) return type.includes("ZONE") ? read("TIMESTAMPTZ", "utc") : read("TIMESTAMP", "naive");
  const counted = await table.db.row<{ known: number; zoned: number; good: number; bad: string | null }>(
    `SELECT count(t) AS known, count(*) FILTER (z) AS zoned, count(coalesce(TRY_CAST(CASE WHEN z THEN t END AS TIMESTAMPTZ),
       TRY_CAST(CASE WHEN NOT z THEN t END AS TIMESTAMP))) AS good, min(t) FILTER (TRY_CAST(t AS TIMESTAMPTZ) IS NULL) AS bad
     FROM (SELECT ${cell} AS t, regexp_matches(${cell}, ${text(ZONED)}) AS z FROM ${table.from})`,
  );
  const { known, zoned, good, bad } = counted ?? { known: 0, zoned: 0, good: 0, bad: null };
  if (known !== good) {
    throw new ChurnError("BAD_INPUT", `column "${name}" is not an ISO 8601 time: ${JSON.stringify(bad)}`, {
      hint: "write times as 2024-03-05 14:00:00; other orders of day and month are ambiguous",
    });
  }
  if (zoned !== 0 && zoned !== known) {
    throw new ChurnError("BAD_INPUT", `column "${name}" mixes times with and without a zone`, {
      hint: "write every time with its offset, or none",
    });
  }
  return zoned === 0 ? read("TIMESTAMP", "naive") : read("TIMESTAMPTZ", "utc");
}
