import { CDR_COLUMNS } from "../cdr/columns.js";
import { ChurnError } from "../core/errors.js";
import { type Database, name, text } from "../store/database.js";
import { mapColumns } from "./map-columns.js";
import type { LoadSettings } from "./options.js";

/** A file of records as its manifest describes it. */
export interface RecordFile {
  path: string;
  format: "csv" | "parquet";
  delimiter: string;
}

/** What was found in a file, besides the tables `clean` and `bad`. */
export interface CleanSummary {
  lines: number;
  blank: number;
  /** Rows that were added to another row of the same subscriber and day (grain event). */
  merged: number;
  absent: string[];
  unused: string[];
  encoding: "utf-8" | "latin-1";
  /** A query for line, raw and the list of cells of each row, as long as the temporary tables live. */
  cells: string;
}

/** How the cells of a file are read. */
export type CellOptions = Pick<LoadSettings, "columns" | "grain" | "empty_cells" | "date_format">;

/**
 * Reads a file as text, checks every cell in SQL, and leaves two temporary tables: `clean` (line and our columns, typed,
 * one row per subscriber and day) and `bad` (line, column_name, reason, raw).
 *
 * DuckDB's own CSV reader is quick but no judge: its strict mode refuses a dirty file whole, and its lenient mode turns
 * 2.5 into 3 and drops extra cells in silence. So it only cuts the file into lines here.
 */
export async function cleanRows(db: Database, file: RecordFile, options: CellOptions): Promise<CleanSummary> {
  const source = file.format === "csv" ? await readLines(db, file) : await readParquet(db, file);
  const map = mapColumns(source.header, options.columns);
  const present = CDR_COLUMNS.filter((column) => map.positions.has(column.name));
  const cell = (our: string) => `trim(f[${(map.positions.get(our) as number) + 1}])`;

  const typed = present.map(
    (column) => `${typedCell(cell(column.name), column.kind, options)} AS ${name(column.name)}`,
  );
  const checks = present.map((column) => validity(name(column.name), column.kind));
  await db.run(`CREATE OR REPLACE TEMP TABLE typed AS
    SELECT *, coalesce(${["width_ok", ...checks].join(" AND ")}, false) AS ok FROM (
      SELECT line, coalesce(len(f) = ${source.header.length}, false) AS width_ok, ${typed.join(", ")} FROM (${source.cells}))`);

  const faults = present.flatMap((column) =>
    faultsOf(column.kind, cell(column.name), name(column.name), options).map(
      ([test, reason]) => `WHEN ${test} THEN [${text(column.name)}, ${text(reason)}]`,
    ),
  );
  await db.run(`CREATE OR REPLACE TEMP TABLE bad AS
    SELECT line, fault[1] AS column_name, fault[2] AS reason, raw FROM (
      SELECT line, raw, CASE
        WHEN f IS NULL THEN [NULL, 'a quote is not closed or stands inside a cell']
        WHEN NOT width_ok THEN [NULL, len(f) || ' columns instead of ${source.header.length}' || CASE WHEN line = ${source.cutOff} THEN ': the last line is cut off' ELSE '' END]
        ${faults.join("\n        ")}
        ELSE [NULL, 'cannot be read'] END AS fault
      FROM (SELECT * FROM typed WHERE NOT ok) JOIN (${source.cells}) USING (line))`);

  const merged = await uniqueKeys(db, source.cells, present, options.grain);
  await db.run("DROP TABLE typed");
  return {
    lines: source.lines,
    blank: source.blank,
    merged,
    absent: map.absent,
    unused: map.unused,
    encoding: source.encoding,
    cells: source.cells,
  };
}

/** Drops the temporary tables of `cleanRows`. */
export async function dropCleanRows(db: Database): Promise<void> {
  for (const table of ["clean", "bad", "lines"]) await db.run(`DROP TABLE IF EXISTS temp.${table}`);
}

interface Source {
  header: string[];
  /** A query that gives line, raw and the list f of cells; f is null where quotes do not pair. */
  cells: string;
  lines: number;
  blank: number;
  /** Number of a last line without a line end, or -1. */
  cutOff: number;
  encoding: "utf-8" | "latin-1";
}

async function readLines(db: Database, file: RecordFile): Promise<Source> {
  // with \r\n named, each of \r\n, \n and \r ends a line, even side by side in one file; any other setting counts \r\n twice
  const read = (encoding: string) =>
    `CREATE OR REPLACE TEMP TABLE lines AS
    SELECT rtrim(raw, chr(13)) AS raw FROM read_csv(${text(file.path)}, columns = {'raw': 'VARCHAR'}, header = false, auto_detect = false,
      quote = '', escape = '', delim = chr(1), strict_mode = false, new_line = '\\r\\n', max_line_size = 16777216, encoding = '${encoding}')`.replace(
      "chr(1)",
      "'\x01'",
    );
  let encoding: Source["encoding"] = "utf-8";
  try {
    await db.run(read(encoding));
  } catch (error) {
    if (!/unicode|utf-?8/i.test(String(error))) throw error;
    encoding = "latin-1";
    await db.run(read(encoding));
  }
  const first = await db.row<{ raw: string | null }>("SELECT raw FROM lines WHERE rowid = 0");
  if (!first?.raw) throw new ChurnError("BAD_INPUT", `${file.path}: the first line is empty; it must name the columns`);
  const header = splitHeader(first.raw.replace(/^\ufeff/, ""), file.delimiter);

  const comma = text(file.delimiter);
  const other = file.delimiter === "|" || file.delimiter === "\\" ? `\\${file.delimiter}` : file.delimiter;
  const quoted = `regexp_extract_all(raw || ${comma}, ${text(`("(?:[^"]|"")*"|[^"${other}]*)${other}`)}, 1)`;
  const unquote = `list_transform(q, lambda x: CASE WHEN x[1] = '"' THEN replace(x[2:-2], '""', '"') ELSE x END)`;
  const whole = `list_sum(list_transform(q, lambda x: length(x) + 1)) = length(raw) + 1`;
  const cells = `SELECT line, raw, CASE WHEN q IS NULL THEN string_split(raw, ${comma}) WHEN ${whole} THEN ${unquote} END AS f
    FROM (SELECT rowid + 1 AS line, raw, CASE WHEN contains(raw, '"') THEN ${quoted} END AS q
      FROM lines WHERE rowid > 0 AND raw IS NOT NULL AND raw <> '')`;
  const counts = await db.row<{ lines: number; filled: number }>(
    "SELECT count(*) - 1 AS lines, count(*) FILTER (rowid > 0 AND raw <> '') AS filled FROM lines",
  );
  const lines = counts?.lines ?? 0;
  return { header, cells, lines, blank: lines - (counts?.filled ?? 0), cutOff: lines + 1, encoding };
}

async function readParquet(db: Database, file: RecordFile): Promise<Source> {
  const columns = await db.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM read_parquet(${text(file.path)})`);
  const header = columns.map((column) => column.column_name);
  const list = header.map((column) => `CAST(${name(column)} AS VARCHAR)`).join(", ");
  // an empty cell and a missing value are the same to the checks
  const cells = `SELECT line, array_to_string(f, ',') AS raw, f FROM (
    SELECT file_row_number + 1 AS line, list_transform([${list}], lambda x: coalesce(x, '')) AS f
    FROM read_parquet(${text(file.path)}, file_row_number = true))`;
  const counts = await db.row<{ lines: number }>(`SELECT count(*) AS lines FROM read_parquet(${text(file.path)})`);
  return { header, cells, lines: counts?.lines ?? 0, blank: 0, cutOff: -1, encoding: "utf-8" };
}

/** The names in a header line; names may stand in quotes. */
function splitHeader(line: string, delimiter: string): string[] {
  const names: string[] = [];
  let word = "";
  let inQuotes = false;
  for (const char of line) {
    if (char === '"') inQuotes = !inQuotes;
    else if (char === delimiter && !inQuotes) {
      names.push(word.trim());
      word = "";
    } else word += char;
  }
  names.push(word.trim());
  return names;
}

const NO_SUBSCRIBER = "('', 'null', 'nan', 'none', 'na', 'n/a')";
/** Whole numbers from here on are not exact as a double. */
const TOO_LARGE = "9007199254740992";

function typedCell(cell: string, kind: string, options: CellOptions): string {
  if (kind === "id") return `CASE WHEN lower(${cell}) NOT IN ${NO_SUBSCRIBER} THEN ${cell} END`;
  if (kind === "day") {
    if (options.date_format) return `CAST(try_strptime(${cell}, ${text(options.date_format)}) AS DATE)`;
    // a text after the day must be a time; DuckDB's cast to DATE would pass over it
    return `CASE WHEN regexp_matches(${cell}, '^\\d{4}[-/]\\d') AND try_cast(${cell} AS TIMESTAMP) IS NOT NULL THEN try_cast(${cell} AS DATE) END`;
  }
  if (kind === "label") {
    return `CASE lower(${cell}) WHEN '' THEN -1 WHEN '0' THEN 0 WHEN '1' THEN 1 WHEN 'false' THEN 0 WHEN 'true' THEN 1 WHEN '0.0' THEN 0 WHEN '1.0' THEN 1 END`;
  }
  const number = `CASE WHEN NOT contains(${cell}, '_') THEN try_cast(${cell} AS DOUBLE) END`;
  return options.empty_cells === "zero" ? `CASE WHEN ${cell} = '' THEN 0 ELSE ${number} END` : number;
}

function validity(value: string, kind: string): string {
  if (kind === "day") return `${value} BETWEEN DATE '1970-01-01' AND current_date + 1`;
  if (kind === "count") return `(${value} >= 0 AND ${value} < ${TOO_LARGE} AND ${value} = trunc(${value}))`;
  if (kind === "amount") return `(${value} >= 0 AND ${value} < 1e12)`;
  return `${value} IS NOT NULL`;
}

function faultsOf(kind: string, cell: string, value: string, options: CellOptions): [test: string, reason: string][] {
  if (kind === "id") return [[`${value} IS NULL`, "no subscriber"]];
  if (kind === "day") {
    return [
      [`${cell} = ''`, "no date"],
      [
        `${value} IS NULL`,
        options.date_format ? `not a date of the form ${options.date_format}` : "not a date YYYY-MM-DD",
      ],
      [`NOT ${validity(value, kind)}`, "date out of range: before 1970 or in the future"],
    ];
  }
  if (kind === "label") return [[`${value} IS NULL`, "label is not 0 or 1"]];
  const faults: [string, string][] = [
    [`${cell} = '' AND ${value} IS NULL`, "empty"],
    [`${value} IS NULL OR isnan(${value})`, "not a number"],
    [`${value} < 0`, "negative"],
    [`NOT ${value} < ${kind === "count" ? TOO_LARGE : "1e12"}`, "too large"],
  ];
  if (kind === "count") faults.push([`${value} <> trunc(${value})`, "not a whole number"]);
  return faults;
}

/** Makes `clean` from the good rows of `typed`, one row a key; gives how many rows were added to another. */
async function uniqueKeys(
  db: Database,
  cells: string,
  present: readonly { name: string; kind: string }[],
  grain: "day" | "event",
): Promise<number> {
  const value = (column: { name: string; kind: string }) => {
    const of = name(column.name);
    const event = grain === "event";
    if (column.kind === "label") return `nullif(${event ? `max(${of})` : of}, -1) AS ${of}`;
    if (column.kind === "count") return `CAST(${event ? `sum(${of})` : of} AS BIGINT) AS ${of}`;
    // in order, since the sum of fractions depends on it; + 0.0 makes 0 of -0
    if (column.kind === "amount") return `${event ? `sum(${of} ORDER BY line)` : of} + 0.0 AS ${of}`;
    return of;
  };
  if (grain === "event") {
    await db.run(`CREATE OR REPLACE TEMP TABLE clean AS
      SELECT min(line) AS line, ${present.map(value).join(", ")}
      FROM typed WHERE ok GROUP BY DP_MSISDN, DP_DATE`);
    const counts = await db.row<{ merged: number }>(
      "SELECT (SELECT count(*) FROM typed WHERE ok) - (SELECT count(*) FROM clean) AS merged",
    );
    return counts?.merged ?? 0;
  }
  await db.run(`CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT DP_MSISDN, DP_DATE, min(line) AS first_line FROM typed WHERE ok GROUP BY DP_MSISDN, DP_DATE HAVING count(*) > 1`);
  await db.run(`INSERT INTO bad SELECT line, 'DP_DATE', 'a second row of this subscriber and day, after line ' || first_line, raw
    FROM typed JOIN repeated USING (DP_MSISDN, DP_DATE) JOIN (SELECT line, raw FROM (${cells})) USING (line)
    WHERE ok AND line > first_line`);
  await db.run(`CREATE OR REPLACE TEMP TABLE clean AS SELECT line, ${present.map(value).join(", ")}
    FROM typed WHERE ok AND line NOT IN (SELECT line FROM bad)`);
  await db.run("DROP TABLE repeated");
  return 0;
}
