import { ChurnError } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import { type Database, name } from "../../store/database.js";
import type { Store } from "../../store/open-store.js";
import {
  ALWAYS,
  ATTRIBUTE_KEYS,
  type Attribute,
  type AttributeKind,
  countAttributed,
  replaceAttributes,
  type StoredAttributes,
} from "../../store/subscriber-attributes.js";
import type { ColumnReading } from "../../table-files/column-reading.js";
import { findReadings, holdsSingleValues } from "../../table-files/find-readings.js";
import { columnOf, type OpenTable, openTable, type TableColumn } from "../../table-files/open-table.js";
import { categorySql, numberSql } from "../../table-files/reading-sql.js";
import { bringSubscriberFile } from "./bring-subscriber-file.js";
import type { AttributesSettings } from "./subscriber-file-options.js";
import {
  closeSubscriberRows,
  createSubscriberRows,
  cureOfSubscriber,
  hashOf,
  judgeSubscriberRows,
  type LoadIds,
  readingOfDays,
  rejectWords,
  SECOND,
  type SubscriberFile,
  type SubscriberReject,
} from "./subscriber-rows.js";

/** What the store knows of the file of attributes. */
interface AttributeFacts extends StoredAttributes {
  /** Rows of the file, and how many of them are kept. */
  rows: number;
  kept: number;
  rejects: SubscriberReject[];
  /** How cells were read, where one may doubt it. */
  notes: string[];
}

/** What a file of attributes brought. */
export interface LoadedAttributes {
  file: string;
  /** True when the file was loaded before, and nothing was done. */
  upToDate: boolean;
  attributes: readonly Attribute[];
  hasHistory: boolean;
  rows: number;
  kept: number;
  subscribers: number;
  /** Subscribers of the log of whom the file knows nothing, and of the file of whom the log knows nothing. */
  withoutAttributes: number;
  notInLog: number;
  rejects: readonly SubscriberReject[];
  /** All of it in words. */
  notes: string[];
}

const OPTION = "load.attributes";

/** The column of the day on which subscribers left, where it is in the same file: it says the outcome, and is no attribute. */
export interface LeavingDay {
  leavingDay?: string | undefined;
}

/**
 * Loads what subscribers are (plan, region, day of joining) into `subscriber_attributes`; a file whose content changed replaces
 * what was there, whole.
 *
 * @param options.max_rejects share of its rows that may be set aside
 * @throws ChurnError BAD_USAGE for a column that is not there; BAD_INPUT for a file that cannot be read, or too many rejects
 */
export async function loadAttributes(
  store: Store,
  file: SubscriberFile,
  settings: AttributesSettings,
  options: LoadIds & LeavingDay,
  context: StageContext = {},
): Promise<LoadedAttributes> {
  const { source: _source, ...reading } = settings;
  const { id_form, leavingDay } = options;
  const optionsHash = hashOf({ ...reading, ...(id_form === "as_is" ? {} : { id_form }), leavingDay });
  return store.lease(
    async (db) => {
      const { facts, upToDate } = await bringSubscriberFile(
        db,
        {
          ...{ kind: "attributes", file, optionsHash },
          read: () => read(db, file, settings, options),
          replace: ({ attributes }) => {
            const cells = ["DP_MSISDN", "day", ...attributes.map((each) => name(each.name))].join(", ");
            return replaceAttributes(
              db,
              attributes,
              `SELECT ${cells} FROM people WHERE reason IS NULL ORDER BY DP_MSISDN, day`,
            );
          },
        },
        context,
      );
      const counts = await countAttributed(db);
      const { attributes, has_history: hasHistory, rows, kept, rejects } = facts;
      const result = { file: file.path, upToDate, attributes, hasHistory, rows, kept, ...counts, rejects };
      return { ...result, notes: words(result, facts.notes) };
    },
    { signal: context.signal, create: true },
  );
}

/** Reads the file into the temporary table `people`. */
async function read(
  db: Database,
  { path }: SubscriberFile,
  settings: AttributesSettings,
  { max_rejects: maxRejects, id_form: idForm, leavingDay }: LoadIds & LeavingDay,
): Promise<AttributeFacts> {
  const table = await openTable(db, path, "people_file");
  const subscriber = columnOf(table, settings.subscriber, `"${OPTION}.subscriber"`);
  const from = settings.valid_from === null ? null : columnOf(table, settings.valid_from, `"${OPTION}.valid_from"`);
  const isOpen = settings.columns === null;
  const outcome = isOpen ? table.columns.find(({ name }) => name === leavingDay) : undefined;
  const nested = isOpen ? table.columns.filter((column) => !holdsSingleValues(column)) : [];
  const columns = wantedColumns(table, settings, [
    subscriber,
    ...[from, outcome].flatMap((key) => key ?? []),
    ...nested,
  ]);
  const { category, number, date_format } = settings;
  const { readings, notes } = await findReadings(table, columns, {
    category,
    number,
    ...(date_format === null ? {} : { date_format }),
  });
  const days = from && (await readingOfDays(table, from, { format: date_format, option: `${OPTION}.valid_from` }));
  const attributes = columns.map(({ name }, k): Attribute => ({ name, kind: KINDS[readings[k].kind] }));
  await createSubscriberRows(table, {
    idForm,
    subscriber,
    day: days
      ? {
          sql: days.sql,
          faults: (day) => [
            [
              `${day} IS NULL`,
              `no day in ${JSON.stringify(settings.valid_from)} from which it is valid, or not ${days.form}`,
            ],
            [`year(${day}) NOT BETWEEN 1000 AND 9999`, "date out of range"],
          ],
        }
      : { sql: `DATE '${ALWAYS}'`, faults: () => [] },
    cells: columns.map((column, k) => ({ name: column.name, sql: cellSql(column, readings[k]) })),
    second: days ? `${SECOND} and day` : SECOND,
  });
  const rejects = await judgeSubscriberRows(db, table, { maxRejects, cure: cureOf });
  const rejected = rejects.reduce((sum, each) => sum + each.rows, 0);
  await closeSubscriberRows(table);
  return {
    attributes,
    has_history: days !== null,
    rows: table.rows,
    kept: table.rows - rejected,
    rejects,
    notes: [
      ...(outcome ? [`${JSON.stringify(outcome.name)} is left out: it is the day of leaving`] : []),
      ...nested.map(({ name, type }) => `${JSON.stringify(name)} is left out: type ${type} holds no single value`),
      ...notes.map(inConfig),
      ...(days?.note ? [days.note] : []),
    ],
  };
}

const KINDS: Record<ColumnReading["kind"], AttributeKind> = {
  number: "number",
  boolean: "truth",
  date: "day",
  category: "text",
};

/** The columns that become attributes: those that are named, else all but the keys. */
function wantedColumns(
  table: OpenTable,
  { columns }: AttributesSettings,
  keys: readonly TableColumn[],
): readonly TableColumn[] {
  const found = columns
    ? columns.map((column) => columnOf(table, column, `"${OPTION}.columns"`))
    : table.columns.filter((column) => !keys.includes(column));
  if (found.length === 0) {
    throw new ChurnError("BAD_INPUT", `${table.path} has no column beside those of "${OPTION}"`, {
      hint: "a file of attributes says something of each subscriber: a plan, a region, the day of joining",
    });
  }
  // a column of a table is known by its name without capitals, and MySQL takes 64 characters
  const taken = new Set(ATTRIBUTE_KEYS.map((key) => key.toLowerCase()));
  for (const column of found) {
    const { name } = column;
    const low = name.toLowerCase();
    const shown = `column ${JSON.stringify(name)} of ${table.path}`;
    if (taken.has(low)) {
      throw new ChurnError("BAD_INPUT", `${shown} has the name of another column, or of one of ours`, {
        hint: "rename it, or name the columns to take in load.attributes.columns",
      });
    }
    if (!holdsSingleValues(column)) {
      throw new ChurnError("BAD_INPUT", `${shown} has type ${column.type}, which holds no single value`, {
        hint: "leave it out of load.attributes.columns",
      });
    }
    if (name.trim() === "" || name.length > 64 || /\s$|\p{Cc}/u.test(name)) {
      throw new ChurnError("BAD_INPUT", `${shown} cannot be the name of an attribute`, {
        hint: "1 to 64 characters, none of them a line end, and no space at the end",
      });
    }
    taken.add(low);
  }
  return found;
}

/** SQL for the value of an attribute. */
function cellSql({ own, type }: TableColumn, reading: ColumnReading): string {
  if (reading.kind === "category") return categorySql(own, type, reading);
  const number = type === "BOOLEAN" ? own : numberSql(own, type, reading);
  if (reading.kind === "number") return `CAST(${number} AS DOUBLE)`;
  if (reading.kind === "boolean") return type === "BOOLEAN" ? own : `(${number}) = 1`;
  return `DATE '${ALWAYS}' + CAST(floor((${number}) / 86400) AS INTEGER)`;
}

function cureOf(reason: string): string {
  if (reason === SECOND) {
    return "where a subscriber has a row for each change, valid_from names the column of the day";
  }
  if (reason.startsWith("no day")) return "date_format says how days are written, as %d.%m.%Y";
  return cureOfSubscriber(reason, OPTION);
}

/** The reader of tables names flags of other commands. */
const inConfig = (note: string) =>
  note.replace(/--(number|date-format)( \S+)?/, (_, flag: string) => `${OPTION}.${flag.replace("-", "_")}`);

function words(
  { subscribers, attributes, hasHistory, kept, withoutAttributes, notInLog, rejects }: Omit<LoadedAttributes, "notes">,
  notes: readonly string[],
): string[] {
  const number = (count: number) => count.toLocaleString("en-US");
  const said = [
    `${number(subscribers)} subscribers${hasHistory ? ` in ${number(kept)} rows` : ""}, ${attributes.length} ${attributes.length === 1 ? "column" : "columns"}`,
    withoutAttributes
      ? `${number(withoutAttributes)} ${withoutAttributes === 1 ? "subscriber of the log has" : "subscribers of the log have"} none`
      : "",
    notInLog ? `${number(notInLog)} ${notInLog === 1 ? "is" : "are"} not in the log` : "",
    ...rejectWords(rejects),
  ];
  return [`attributes: ${said.filter(Boolean).join("; ")}`, ...notes.map((note) => `attributes: ${note}`)];
}
