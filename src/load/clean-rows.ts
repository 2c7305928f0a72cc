import { CDR_COLUMNS, type CdrColumn, cellsOf } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { plainBytes } from "../download/gunzipped.js";
import { copyThatHelps, withUtf8Copy } from "../download/utf8-copy.js";
import { summed } from "../store/added-records.js";
import { checkDateFormat, checkTimeZone } from "../store/cell-sql.js";
import { type Database, name, text } from "../store/database.js";
import { csvRows, parquetRows } from "../store/file-sql.js";
import { faultsSql, storedCellSql } from "../store/record-cell-sql.js";
import { type ColumnMap, mapColumns } from "./map-columns.js";
import { plainHeader, plainRows, scanPlain, splitHeader } from "./plain-file.js";
import type { RecordFile } from "./record-file.js";
import { type CellOptions, typedRows } from "./typed-rows.js";

/** What was found in a file, besides the tables `clean` and `bad`. */
export interface CleanSummary {
  lines: number;
  blank: number;
  /** Rows that were added to another row of the same subscriber and day (grain event). */
  merged: number;
  /** The columns of `clean`, beside the line. */
  columns: readonly CdrColumn[];
  absent: string[];
  unused: string[];
  encoding: "utf-8" | "latin-1" | "windows-1252";
  /** A query for line, raw and the list of cells of the lines that a query gives; valid as long as the temporary tables live. */
  cells(lines: string): string;
}

/**
 * Reads a file as text, checks every cell in SQL, and leaves a temporary view `clean` (line and our columns, typed, one
 * row per subscriber and day) and a temporary table `bad` (line, column_name, reason, raw); no row is in both.
 *
 * DuckDB's own CSV reader is quick but no judge: its strict mode refuses a dirty file whole, and its lenient mode turns
 * 2.5 into 3 and drops extra cells in silence. So it only cuts a file into lines here, or one without quotes into cells.
 *
 * Not to be called in a transaction.
 */
export async function cleanRows(db: Database, file: RecordFile, options: CellOptions): Promise<CleanSummary> {
  if (options.date_format) await checkDateFormat(db, options.date_format, "load.date_format");
  if (options.time_zone) await checkTimeZone(db, options.time_zone, "load.time_zone");
  const { source, map, present } = (await typePlain(db, file, options)) ?? (await typeAny(db, file, options));
  const position = (our: string) => map.positions.get(our) as number;
  const line = source.line ? "line" : "rowid + 2 AS line";

  await db.run("CREATE OR REPLACE TEMP TABLE bad (line BIGINT, column_name VARCHAR, reason VARCHAR, raw VARCHAR)");
  const doubtful = await db.row<{ bad: number }>("SELECT count(*) AS bad FROM typed WHERE NOT ok");
  if (doubtful?.bad) await tellFaults(db, { source, present, position, line, options });

  const merged = await uniqueKeys(db, source, { present, line, grain: options.grain, bad: doubtful?.bad ?? 0 });
  return {
    lines: source.lines,
    blank: source.blank,
    merged,
    columns: present,
    absent: map.absent,
    unused: map.unused,
    encoding: source.encoding,
    cells: source.cells,
  };
}

/** What the table `typed` was made from. */
interface Typed {
  source: Source;
  map: ColumnMap;
  present: readonly CdrColumn[];
}

/**
 * Makes `typed` from a file without quotes, read straight into cells on all threads: two times as quick.
 *
 * Meanwhile the lines are counted, so that none is passed over. Undefined for any other file: one with a quote, a line of
 * another width, a blank one, or bytes that are no UTF-8.
 */
async function typePlain(db: Database, file: RecordFile, options: CellOptions): Promise<Typed | undefined> {
  const header = file.format === "csv" ? await plainHeader(file) : undefined;
  if (!header) return undefined;
  let isReading = true;
  let stopped = false;
  const scanning = scanPlain(file.path).then((scan) => {
    stopped = !scan && isReading;
    if (stopped) db.interrupt();
    return scan;
  });
  scanning.catch(() => {});
  try {
    const typed = await makeTyped(db, plainSource(file, header), options);
    isReading = false;
    const scan = await scanning;
    const rows = await db.row<{ n: number }>("SELECT count(*) AS n FROM typed");
    return scan?.lines === rows?.n ? { ...typed, source: { ...typed.source, lines: scan?.lines ?? 0 } } : undefined;
  } catch (error) {
    if (/INTERRUPT/.test(String(error)) && !stopped) throw error;
    return undefined;
  } finally {
    isReading = false;
    await scanning.catch(() => {});
  }
}

async function typeAny(db: Database, file: RecordFile, options: CellOptions): Promise<Typed> {
  const source = file.format === "csv" ? await readLines(db, file) : await readParquet(db, file, options.time_zone);
  return makeTyped(db, source, options);
}

/** Makes the table `typed`: each row with cells cast to their column types, and a flag saying whether every cell is valid. */
async function makeTyped(db: Database, source: Source, options: CellOptions): Promise<Typed> {
  const map = mapColumns(source.header, options.columns);
  const present = CDR_COLUMNS.filter((column) => map.positions.has(column.name));
  const rows = typedRows(present, (our) => source.cell(map.positions.get(our) as number), options, source);
  await db.run(`CREATE OR REPLACE TEMP TABLE typed AS ${rows}`);
  return { source, map, present };
}

interface Doubtful {
  source: Source;
  present: readonly CdrColumn[];
  position(our: string): number;
  /** How the number of a line is called in `typed`. */
  line: string;
  options: CellOptions;
}

/** Fills `bad` with the rows of `typed` that are not all right, each with its first fault. */
async function tellFaults(db: Database, { source, present, position, line, options }: Doubtful): Promise<void> {
  const faults = present.flatMap((column) =>
    faultsSql(column, `f[${position(column.name) + 1}]`, name(column.name), options).map(
      ([test, reason]) => `WHEN ${test} THEN [${text(column.name)}, ${text(reason)}]`,
    ),
  );
  await db.run(`INSERT INTO bad
    SELECT line, fault[1] AS column_name, fault[2] AS reason, raw FROM (
      SELECT line, raw, CASE
        WHEN f IS NULL THEN [NULL, 'a quote is not closed or stands inside a cell']
        WHEN NOT width_ok THEN [NULL, len(f) || ' columns instead of ${source.header.length}' || CASE WHEN line = ${source.cutOff} THEN ': the last line is cut off' ELSE '' END]
        ${faults.join("\n        ")}
        ELSE [NULL, 'cannot be read'] END AS fault
      FROM (SELECT ${line === "line" ? "" : `${line},`} * FROM typed WHERE NOT ok)
        JOIN (${source.cells(`SELECT ${line} FROM typed WHERE NOT ok`)}) USING (line))`);
}

/** Drops what `cleanRows` left. */
export async function dropCleanRows(db: Database): Promise<void> {
  await db.run("DROP VIEW IF EXISTS temp.clean");
  for (const table of ["typed", "summed", "bad", "lines", "known"]) await db.run(`DROP TABLE IF EXISTS temp.${table}`);
}

interface Source {
  header: string[];
  /** What the rows are read from, one by one, in the order of the file. */
  from: string;
  /** An expression for the text of a cell, and one for whether the row has as many cells as the header. */
  cell(position: number): string;
  widthOk: string;
  /** "line," where `from` gives it; undefined where rows and lines are in step. */
  line: string | undefined;
  /** A query for line, raw and the list f of cells of some lines; f is null where quotes do not pair. */
  cells(lines: string): string;
  lines: number;
  blank: number;
  /** Number of a last line without a line end, or -1. */
  cutOff: number;
  encoding: "utf-8" | "latin-1" | "windows-1252";
}

/** The rows of a file without quotes, in step with its lines; the lines are yet to be counted. */
function plainSource(file: RecordFile, header: string[]): Source {
  const from = plainRows(file, header.length);
  // nothing was taken away when the cells were cut, so together they are the line
  const cells = header.map((_, index) => `coalesce(c${index}, '\x01')`).join(", ");
  return {
    header,
    from,
    cell: (position) => `c${position}`,
    widthOk: "true",
    line: undefined,
    cells: (lines) =>
      `SELECT line, concat_ws(${text(file.delimiter)}, ${cells}) AS raw, [${cells}] AS f
       FROM (SELECT row_number() OVER () + 1 AS line, * FROM ${from}) WHERE line IN (${lines})`,
    lines: 0,
    blank: 0,
    cutOff: -1,
    encoding: "utf-8",
  };
}

/** Place of a line, from 0: in the transaction that makes a table, its row ids begin at a large number. */
const AT = "(rowid - (SELECT min(rowid) FROM lines))";

async function readLines(db: Database, file: RecordFile): Promise<Source> {
  // with \r\n named, each of \r\n, \n and \r ends a line, even side by side in one file; any other setting counts \r\n twice
  const read = (encoding: string, path = file.path) =>
    `CREATE OR REPLACE TEMP TABLE lines AS SELECT rtrim(raw, chr(13)) AS raw FROM ${csvRows(
      path,
      `columns = {'raw': 'VARCHAR'}, header = false, auto_detect = false, quote = '', escape = '', delim = '\x01',
      strict_mode = false, new_line = '\\r\\n', max_line_size = 16777216, encoding = '${encoding}'`,
    )}`;
  let encoding: Source["encoding"] = "utf-8";
  try {
    await db.run(read(encoding));
  } catch (error) {
    const copy = copyThatHelps(String(error));
    if (!copy) throw lineFault(file.path, error);
    if (copy === "utf-8") await withUtf8Copy(file.path, copy, (path) => db.run(read("utf-8", path)));
    else encoding = await readForeign(file.path, (letters, path) => db.run(read(letters, path)));
  }
  const first = await db.row<{ raw: string | null }>(`SELECT raw FROM lines WHERE ${AT} = 0`);
  if (!first?.raw) throw new ChurnError("BAD_INPUT", `${file.path}: the first line is empty; it must name the columns`);
  const header = splitHeader(first.raw.replace(/^\ufeff/, ""), file.delimiter);

  const comma = text(file.delimiter);
  const other = file.delimiter === "|" || file.delimiter === "\\" ? `\\${file.delimiter}` : file.delimiter;
  // a quote inside a cell that does not begin with one is a letter like any other
  const quoted = `regexp_extract_all(raw || ${comma}, ${text(`("(?:[^"]|"")*"|(?:[^"${other}][^${other}]*)?)${other}`)}, 1)`;
  const unquote = `list_transform(q, lambda x: CASE WHEN x[1] = '"' THEN replace(x[2:-2], '""', '"') ELSE x END)`;
  const whole = `list_sum(list_transform(q, lambda x: length(x) + 1)) = length(raw) + 1`;
  const cells = `SELECT line, raw, CASE WHEN q IS NULL THEN string_split(raw, ${comma}) WHEN ${whole} THEN ${unquote} END AS f
    FROM (SELECT ${AT} + 1 AS line, raw, CASE WHEN contains(raw, '"') THEN ${quoted} END AS q
      FROM lines WHERE ${AT} > 0 AND raw IS NOT NULL AND raw <> '')`;
  const counts = await db.row<{ lines: number; filled: number }>(
    `SELECT count(*) - 1 AS lines, count(*) FILTER (${AT} > 0 AND raw <> '') AS filled FROM lines`,
  );
  const lines = counts?.lines ?? 0;
  const blank = lines - (counts?.filled ?? 0);
  const isWhole = await endsInLine(file.path);
  return { ...listed(header, cells), lines, blank, cutOff: isWhole ? -1 : lines + 1, encoding };
}

/** Reads a text that is not UTF-8: Latin-1 by DuckDB, else Windows-1252 from a copy. */
async function readForeign(
  path: string,
  read: (encoding: string, path: string) => Promise<unknown>,
): Promise<Source["encoding"]> {
  try {
    await read("latin-1", path);
    return "latin-1";
  } catch (error) {
    if (!copyThatHelps(String(error))) throw lineFault(path, error);
    await withUtf8Copy(path, "windows-1252", (copy) => read("utf-8", copy));
    return "windows-1252";
  }
}

/** What DuckDB says of a line that it cannot take, as a fault of the file. */
function lineFault(path: string, cause: unknown): unknown {
  const message = messageOf(cause);
  if (!/maximum line size/i.test(message)) return cause;
  const line = /Line: (\d+)/.exec(message)?.[1];
  return new ChurnError("BAD_INPUT", `${path}: ${line ? `line ${line}` : "a line"} is longer than 16 MB`, {
    cause,
    hint: "is it the right file, and are its lines ended by LF or CR LF?",
  });
}

/** Whether the last line of a file has its line end. */
async function endsInLine(path: string): Promise<boolean> {
  let last = 0;
  for await (const block of plainBytes(path)) last = block.at(-1) ?? last;
  return last === 10 || last === 13;
}

async function readParquet(db: Database, file: RecordFile, timeZone: string | null | undefined): Promise<Source> {
  const columns = await db.rows<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${parquetRows(file.path)}`,
  );
  const header = columns.map((column) => column.column_name);
  const zone = text(timeZone ?? "UTC");
  const list = columns
    .map(({ column_name, column_type }) => {
      const own = name(column_name);
      return `CAST(${column_type === "TIMESTAMP WITH TIME ZONE" ? `${own} AT TIME ZONE ${zone}` : own} AS VARCHAR)`;
    })
    .join(", ");
  const cells = `SELECT line, array_to_string(list_transform(f, lambda x: coalesce(x, '')), ',') AS raw, f FROM (
    SELECT file_row_number + 1 AS line, [${list}] AS f
    FROM ${parquetRows(file.path, { rowNumbers: true })})`;
  const counts = await db.row<{ lines: number }>(`SELECT count(*) AS lines FROM ${parquetRows(file.path)}`);
  return { ...listed(header, cells), lines: counts?.lines ?? 0, blank: 0, cutOff: -1, encoding: "utf-8" };
}

/** A source whose cells come as a list f. */
function listed(
  header: string[],
  cells: string,
): Pick<Source, "header" | "from" | "cell" | "widthOk" | "line" | "cells"> {
  return {
    header,
    from: `(${cells})`,
    cell: (position) => `f[${position + 1}]`,
    // DuckDB's own reader passes over an empty cell too many at the end, too
    widthOk: `coalesce(len(f) = ${header.length} OR (len(f) = ${header.length + 1} AND f[-1] = ''), false)`,
    line: "line,",
    cells: (lines) => `FROM (${cells}) WHERE line IN (${lines})`,
  };
}

/** Makes the view `clean` of the good rows of `typed`, one row a key; gives how many rows were added to another. */
async function uniqueKeys(
  db: Database,
  source: Source,
  { present, line, grain, bad }: { present: readonly CdrColumn[]; line: string; grain: "day" | "event"; bad: number },
): Promise<number> {
  const good = `(SELECT ${line === "line" ? "" : `${line},`} * FROM typed WHERE ok)`;
  if (grain === "event") {
    const cells = cellsOf(present);
    const sums = cells.map((cell) => summed(cell, "line"));
    const keys = present.filter((column) => !cells.includes(column)).map((column) => column.name);
    await db.run(`CREATE OR REPLACE TEMP TABLE summed AS
      SELECT min(line) AS line, ${[...keys, ...sums].join(", ")}
      FROM ${good} GROUP BY DP_MSISDN, DP_DATE`);
    const stored = present.map((column) => `${storedCellSql(column)} AS ${name(column.name)}`);
    await db.run(`CREATE OR REPLACE TEMP VIEW clean AS SELECT line, ${stored.join(", ")} FROM summed`);
    const counts = await db.row<{ merged: number }>(
      "SELECT (SELECT count(*) FROM typed WHERE ok) - (SELECT count(*) FROM summed) AS merged",
    );
    return counts?.merged ?? 0;
  }
  await db.run(`CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT line, first_line FROM ${good} JOIN (
      SELECT DP_MSISDN, DP_DATE, min(line) AS first_line FROM ${good} GROUP BY DP_MSISDN, DP_DATE HAVING count(*) > 1
    ) USING (DP_MSISDN, DP_DATE) WHERE line > first_line`);
  const repeated = await db.row<{ n: number }>("SELECT count(*) AS n FROM repeated");
  if (repeated?.n) {
    await db.run(`INSERT INTO bad SELECT line, 'DP_DATE', 'a second row of this subscriber and day, after line ' || first_line, raw
      FROM repeated JOIN (${source.cells("SELECT line FROM repeated")}) USING (line)`);
  }
  const first = repeated?.n || bad ? "WHERE line NOT IN (SELECT line FROM bad)" : "";
  const cells = present.map((column) => `${storedCellSql(column)} AS ${name(column.name)}`);
  await db.run(`CREATE OR REPLACE TEMP VIEW clean AS SELECT line, ${cells.join(", ")} FROM ${good} ${first}`);
  await db.run("DROP TABLE repeated");
  return 0;
}
