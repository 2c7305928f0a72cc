import { REASONS } from "../../cdr/cell-rules.js";
import type { StageContext } from "../../core/progress.js";
import type { Database } from "../../store/database.js";
import { countLeavers, type LeaversCount, replaceLeavers } from "../../store/leavers.js";
import type { Store } from "../../store/open-store.js";
import { validSql } from "../../store/record-cell-sql.js";
import { columnOf, openTable } from "../../table-files/open-table.js";
import { bringSubscriberFile } from "./bring-subscriber-file.js";
import type { ChurnedSettings } from "./subscriber-file-options.js";
import {
  closeSubscriberRows,
  createSubscriberRows,
  cureOfSubscriber,
  hashOf,
  judgeSubscriberRows,
  type LoadIds,
  NOT_LEFT,
  readingOfDays,
  rejectWords,
  SECOND,
  type SubscriberFile,
  type SubscriberReject,
} from "./subscriber-rows.js";

/** What the store knows of a list of leavers. */
interface LeaversFacts {
  /** Rows of the file. */
  rows: number;
  rejects: SubscriberReject[];
  notes: string[];
}

/** What a list of leavers brought. */
export interface LoadedLeavers extends LeaversCount {
  file: string;
  /** True when the file was loaded before, and nothing was done. */
  upToDate: boolean;
  rows: number;
  rejects: readonly SubscriberReject[];
  /** All of it in words. */
  notes: string[];
}

const OPTION = "load.churned";

/**
 * Loads who left and when into `leavers`; a file whose content changed replaces what was there, whole.
 *
 * @param options.max_rejects share of its rows that may be set aside
 * @throws ChurnError BAD_USAGE for a column that is not there; BAD_INPUT for a file that cannot be read, or too many rejects
 */
export async function loadLeavers(
  store: Store,
  file: SubscriberFile,
  settings: ChurnedSettings,
  options: LoadIds,
  context: StageContext = {},
): Promise<LoadedLeavers> {
  const { source: _source, ...reading } = settings;
  const optionsHash = hashOf(options.id_form === "as_is" ? reading : { ...reading, id_form: options.id_form });
  return store.lease(
    async (db) => {
      const { facts, upToDate } = await bringSubscriberFile(
        db,
        {
          ...{ kind: "leavers", file, optionsHash },
          read: () => read(db, file, settings, options),
          replace: () => replaceLeavers(db, "SELECT DP_MSISDN, day FROM people WHERE reason IS NULL ORDER BY ALL"),
        },
        context,
      );
      const counts = (await countLeavers(db)) ?? { leavings: 0, subscribers: 0, first: "", last: "", notInLog: 0 };
      const { rows, rejects } = facts;
      const result = { file: file.path, upToDate, rows, ...counts, rejects };
      return { ...result, notes: words(result, facts.notes) };
    },
    { signal: context.signal, create: true },
  );
}

/** Reads the file into the temporary table `people`. */
async function read(
  db: Database,
  { path }: SubscriberFile,
  settings: ChurnedSettings,
  { max_rejects: maxRejects, id_form: idForm }: LoadIds,
): Promise<LeaversFacts> {
  const table = await openTable(db, path, "people_file");
  const subscriber = columnOf(table, settings.subscriber, `"${OPTION}.subscriber"`);
  const column = columnOf(table, settings.day, `"${OPTION}.day"`);
  const days = await readingOfDays(table, column, { format: settings.date_format, option: `${OPTION}.day` });
  await createSubscriberRows(table, {
    idForm,
    subscriber,
    day: {
      sql: days.sql,
      missing: days.missing,
      faults: (day) => [
        ["dayless", NOT_LEFT],
        [`${day} IS NULL`, `${JSON.stringify(settings.day)} is not ${days.form}`],
        [`NOT ${validSql(day, { kind: "day" })}`, REASONS.dateRange],
      ],
    },
    cells: [],
    second: `${SECOND} and day`,
  });
  const rejects = await judgeSubscriberRows(db, table, { maxRejects, cure: cureOf });
  await closeSubscriberRows(table);
  return { rows: table.rows, rejects, notes: days.note ? [days.note] : [] };
}

const cureOf = (reason: string): string =>
  reason.includes(" is not ") || reason === REASONS.dateRange
    ? "date_format says how days are written, as %d.%m.%Y"
    : cureOfSubscriber(reason, OPTION);

function words(
  { leavings, subscribers, first, last, notInLog, rejects }: Omit<LoadedLeavers, "notes">,
  notes: readonly string[],
): string[] {
  const number = (count: number) => count.toLocaleString("en-US");
  const said = [
    `${number(leavings)} leavings of ${number(subscribers)} subscribers${leavings ? `, ${first} … ${last}` : ""}`,
    notInLog ? `${number(notInLog)} ${notInLog === 1 ? "subscriber is" : "subscribers are"} not in the log` : "",
    ...rejectWords(rejects),
  ];
  return [`leavers: ${said.filter(Boolean).join("; ")}`, ...notes.map((note) => `leavers: ${note}`)];
}
