import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { copyThatHelps, withUtf8Copy } from "../download/utf8-copy.js";
import { isMarkSql } from "../store/cell-sql.js";
import { type Database, name, text } from "../store/database.js";
import { csvRows, parquetRows } from "../store/file-sql.js";
import { type FileGroup, type LogFile, textBytes } from "./find-files.js";
import { type FileHead, readHead } from "./read-head.js";
import { spread } from "./spread.js";

/** A column of the log that is looked at. */
export interface LogColumn {
  /** Name in the file, or of a folder `name=value`. */
  name: string;
  /** Name in the table `log`. */
  own: string;
  /** Type in DuckDB; VARCHAR for every column of a text file. */
  type: string;
}

/** The rows that are looked at: the table `log` of a database in memory, all of its columns as texts, null where no value is. */
export interface Log {
  db: Database;
  head: FileHead;
  columns: readonly LogColumn[];
  files: readonly LogFile[];
  /** Files of which rows were read. */
  filesRead: number;
  /** Rows in `log`, and rows that were passed over to get them. */
  rows: number;
  rowsSeen: number;
  /** Rows of the files as they would be read whole: an estimate where they were not. */
  rowsInAll: number;
  /** One of so many subscribers was kept; 1: all. */
  share: number;
}

/** How much is looked at. */
export interface Bounds {
  rows: number;
  bytes: number;
}

/** Rows of the first look, which finds the subscriber when the log is larger than what can be kept. */
const FIRST_LOOK = 50_000;

/** What must be known to read a log of many files, in their order. */
interface Reading {
  head: FileHead;
  columns: LogColumn[];
}

/**
 * Opens the files of a log: makes the table `log` with the columns `c0`, `c1`, …, `file` and `line` of the rows that are looked at.
 *
 * @param chooseColumn names the column by whose values rows are kept or left out, from a first look at the beginning, where there are more
 *   rows than can be kept
 */
export async function openLog(
  db: Database,
  { head, files }: FileGroup,
  bounds: Bounds,
  chooseColumn: (log: Log) => Promise<LogColumn | undefined>,
): Promise<Log> {
  const columns = columnsOf(head, Object.keys(files[0].partition));
  const reading: Reading = { head, columns };
  const sizes = files.map(textBytes);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const perRow = head.bytesPerRow;
  const rowsInAll = head.rows ? (head.rows * bytes) / Math.max(sizes[0], 1) : bytes / perRow;
  const limit = Math.ceil(bounds.bytes / perRow);
  const seenAtMost = Math.min(rowsInAll, limit);
  const log = { db, head, columns, files };
  const share = Math.max(1, Math.ceil((1.1 * seenAtMost) / bounds.rows));
  let keep: LogColumn | undefined;
  if (share > 1) {
    await create(db, columns);
    let rows = 0;
    for (const file of spread(files, 3)) rows += await insert(db, file, reading, { limit: FIRST_LOOK });
    keep = await chooseColumn({ ...log, filesRead: 3, rows, rowsSeen: rows, rowsInAll, share: 1 });
  }
  await create(db, columns);
  let rowsSeen = 0;
  let filesRead = 0;
  for (const [at, file] of files.entries()) {
    if (rowsSeen >= limit) break;
    const part = { limit: limit - rowsSeen, keep, share };
    const kept = await insert(db, file, reading, part, at);
    rowsSeen += keep ? Math.min(sizes[at] / perRow, part.limit) : kept;
    filesRead++;
  }
  const { rows } = await db.oneRow<{ rows: number }>("SELECT count(*) AS rows FROM log");
  if (rows === 0) throw new ChurnError("NO_DATA", `${files[0].path} has no rows`, { hint: "is it the right file?" });
  const whole = filesRead === files.length && rowsSeen < limit;
  return {
    ...log,
    filesRead,
    rows,
    rowsSeen: Math.round(whole && !keep ? rows : rowsSeen),
    rowsInAll: Math.round(whole && !keep ? rows : rowsInAll),
    share: keep ? share : 1,
  };
}

function columnsOf(head: FileHead, folders: readonly string[]): LogColumn[] {
  const own = head.columns.map(({ name, type }) => ({ name, type }));
  const added = folders.filter((key) => !own.some(({ name }) => name === key));
  return [...own, ...added.map((key) => ({ name: key, type: "FOLDER" }))].map((column, at) => ({
    ...column,
    own: `c${at}`,
  }));
}

async function create(db: Database, columns: readonly LogColumn[]): Promise<void> {
  const shape = columns.map(({ own }) => `${own} VARCHAR`).join(", ");
  await db.run(`CREATE OR REPLACE TABLE log (${shape}, file INTEGER, line BIGINT)`);
}

interface Part {
  limit: number;
  keep?: LogColumn | undefined;
  share?: number;
}

/** Adds rows of one file to `log`; gives how many. */
async function insert(
  db: Database,
  { path: file, partition }: LogFile,
  reading: Reading,
  part: Part,
  at = 0,
): Promise<number> {
  const { columns } = reading;
  const own = at === 0 ? reading.head : await readHead(file, reading.head);
  const cells = columns.map(({ name: column, type }) => {
    if (type === "FOLDER") return textOrNull(partition[column] ?? null);
    const place = own.columns.findIndex((each) => each.name === column);
    if (place < 0) return "NULL";
    return own.format === "parquet" ? asText(column, own.columns[place].type) : filled(`k${place}`);
  });
  const filter =
    part.keep && (part.share ?? 1) > 1
      ? `WHERE hash(${cells[columns.findIndex(({ own: each }) => each === part.keep?.own)]}) % ${part.share} = 0`
      : "";
  const write = (rows: string) =>
    db.run(
      `INSERT INTO log SELECT ${cells.join(", ")}, ${at}, row_number() OVER () FROM (FROM ${rows} LIMIT ${Math.ceil(part.limit)}) ${filter}`,
    );
  try {
    if (own.format === "parquet") return await write(parquetRows(file));
    const shape = own.columns.map((_, k) => `'k${k}': 'VARCHAR'`).join(", ");
    const options = `auto_detect = false, header = ${own.header}, skip = ${own.skip}, delim = ${text(own.delimiter)}, quote = '"', escape = '"',
      nullstr = '', strict_mode = false, ignore_errors = true, max_line_size = 16777216, columns = {${shape}}`;
    const read = (copy: string) => write(csvRows(copy, options));
    if (own.encoding !== "utf-8") return await withUtf8Copy(file, own.encoding, read);
    return await read(file).catch((error: unknown) => {
      const copy = copyThatHelps(messageOf(error));
      if (!copy) throw error;
      return withUtf8Copy(file, copy, read);
    });
  } catch (cause) {
    if (cause instanceof ChurnError) throw cause;
    const lines = messageOf(cause).split("\n")[0];
    throw new ChurnError("BAD_INPUT", `${file} cannot be read: ${lines}`, { cause, hint: "is it damaged?" });
  }
}

const textOrNull = (value: string | null) => (value === null ? "NULL" : text(value));

/** A cell without the spaces around it; null where it holds no value. */
function filled(cell: string): string {
  const bare = `trim(${cell}, ' ' || chr(9))`;
  // no mark of a missing value is longer
  return `CASE WHEN strlen(${cell}) > 12 THEN ${bare} WHEN ${bare} <> '' AND NOT ${isMarkSql(bare)} THEN ${bare} END`;
}

/** A cell of Parquet as the text that a load makes of it. */
function asText(column: string, type: string): string {
  const cell = name(column);
  return `CAST(${type === "TIMESTAMP WITH TIME ZONE" ? `${cell} AT TIME ZONE 'UTC'` : cell} AS VARCHAR)`;
}
