import { open, stat } from "node:fs/promises";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { firstLineOf, messageOf } from "../core/fault.js";
import { csvHead, HEAD_BYTES } from "../download/csv-head.js";
import { plainBytes } from "../download/gunzipped.js";
import { gzipError } from "../download/gzip-error.js";
import { copyThatHelps, withUtf8Copy } from "../download/utf8-copy.js";
import { type Database, name, text } from "../store/database.js";
import { csvRows, parquetRows } from "../store/file-sql.js";
import { inMemory } from "../store/memory-database.js";

/** A table that is open: its columns in the order of the file, under names of our own. */
export interface OpenTable {
  path: string;
  db: Database;
  /** SQL for what its rows are read from. */
  from: string;
  /** SQL for the number of a row in the file, from 0. */
  row: string;
  rows: number;
  columns: readonly TableColumn[];
  /** Whether the file says what its columns hold: a text is a text then, also where it looks like a number. */
  typed: boolean;
}

export interface TableColumn {
  /** Name in the file. */
  name: string;
  /** Name in the database: names in SQL differ in more than case. */
  own: string;
  /** Type in DuckDB; VARCHAR for every column of a CSV file. */
  type: string;
}

/**
 * Opens a file as a table and works on it, in a database of its own that ends with the work.
 *
 * @throws ChurnError as `openTable`; INTERRUPTED
 */
export async function withTable<T>(
  path: string,
  work: (table: OpenTable) => Promise<T>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<T> {
  return inMemory(async (db) => work(await openTable(db, path)), { signal, what: `work on ${path}` });
}

/**
 * Opens a file as a table: Parquet (`.parquet`, `.pq`), or text with a header line (`.csv`, `.tsv`, `.txt`, each also with `.gz`),
 * whose cells are divided by comma, semicolon, tab or bar, in UTF-8 or Windows-1252.
 *
 * @param as name of the table in the database, where several are opened in one
 * @throws ChurnError NOT_FOUND; BAD_INPUT for a file that cannot be read, with its line, or a name that stands twice; NO_DATA
 */
export async function openTable(db: Database, path: string, as = "input"): Promise<OpenTable> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new ChurnError("NOT_FOUND", `there is no file ${JSON.stringify(path)}`, { cause });
  });
  if (!found.isFile()) throw new ChurnError("NOT_FOUND", `${JSON.stringify(path)} is not a file`);
  const format = formatOf(path);
  if (found.size === 0) throw new ChurnError("BAD_INPUT", `${path} is empty`);
  const isSmall = found.size * (/\.gz$/i.test(path) ? 10 : 1) < ONE_THREAD;
  const { columns, row } = await (format === "csv" ? openCsv(db, path, as, isSmall) : openParquet(db, path, as));
  checkNames(columns, path);
  const counted = await db.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${as}`);
  if (!counted?.rows) throw new ChurnError("NO_DATA", `${path} has a header but no rows`);
  return { path, db, from: as, row, rows: counted.rows, columns, typed: format === "parquet" };
}

/**
 * Bytes of a CSV file of which DuckDB gives each thread a part: a smaller file is read by one, and where it has thousands of columns
 * the others cost twice as much as that one.
 */
const ONE_THREAD = 8_000_000;

/** What a file is, by the end of its name. @throws ChurnError BAD_INPUT for a name that does not tell it */
function formatOf(path: string): "csv" | "parquet" {
  if (/\.(parquet|pq)$/i.test(path)) return "parquet";
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(path)) return "csv";
  throw new ChurnError("BAD_INPUT", `unknown type of file: ${path} is not .csv, .csv.gz or .parquet`, {
    hint: "give the table in one of these formats",
  });
}

/** Column of row numbers that DuckDB adds to a Parquet file. */
const ROW = "file_row_number";

/** The place of a column. @throws ChurnError BAD_USAGE naming the nearest column when there is none of this name */
export function columnOf(table: OpenTable, wanted: string, role: string): TableColumn {
  const found = table.columns.find((column) => column.name === wanted);
  if (found) return found;
  const names = table.columns.map((column) => column.name);
  const near = closestMatch(wanted, names);
  throw new ChurnError("BAD_USAGE", `${role} ${JSON.stringify(wanted)} is not a column of ${table.path}`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `it has ${listed(names)}`,
  });
}

/** The first names of many, for a message. */
export function listed(names: readonly string[], most = 10): string {
  return names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "");
}

async function openCsv(db: Database, path: string, as: string, isSmall: boolean) {
  const { bytes, whole } = await headOf(path);
  const head = csvHead(bytes, whole, path);
  const columns = head.columns.map(({ name }, j): TableColumn => ({ name, own: `c${j}`, type: "VARCHAR" }));
  const shape = columns.map(({ own }) => `'${own}': 'VARCHAR'`).join(", ");
  const options = `auto_detect = false, header = true, delim = ${text(head.delimiter)}, quote = '"', escape = '"', nullstr = '', columns = {${shape}}`;
  const create = (file: string) => db.run(`CREATE OR REPLACE TEMP TABLE ${as} AS FROM ${csvRows(file, options)}`);
  const read = (file: string) => (isSmall ? db.inOneThread(() => create(file)) : create(file));
  const refuse = (error: unknown) => {
    throw new ChurnError("BAD_INPUT", `${path} cannot be read as CSV: ${csvFault(messageOf(error))}`, {
      cause: error,
      hint: `its header has ${columns.length} columns, divided by ${JSON.stringify(head.delimiter)}`,
    });
  };
  await read(path).catch(async (error: unknown) => {
    const encoding = copyThatHelps(messageOf(error));
    if (!encoding) return refuse(error);
    // a file may have both: what is behind the end of gzip, and another encoding
    return withUtf8Copy(path, encoding, read).catch((second: unknown) =>
      encoding === "utf-8" && copyThatHelps(messageOf(second)) === "windows-1252"
        ? withUtf8Copy(path, "windows-1252", read).catch(refuse)
        : refuse(second),
    );
  });
  return { columns, row: "rowid" };
}

/** The lines of DuckDB's long message that say what is wrong and where. */
function csvFault(message: string): string {
  const lines = message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const end = lines.findIndex((line, i) => i > 0 && /^(Possible|file\s*=|\*)/.test(line));
  return lines.slice(0, end < 0 ? 3 : Math.min(end, 3)).join("; ");
}

async function openParquet(db: Database, path: string, as: string) {
  const file = parquetRows(path, { rowNumbers: true });
  const all = await db
    .rows<{ column_name: string; column_type: string }>(`DESCRIBE FROM ${file}`)
    .catch((cause: unknown) => {
      throw new ChurnError("BAD_INPUT", `${path} cannot be read as Parquet: ${firstLineOf(cause)}`, { cause });
    });
  const described = all.filter(({ column_name }) => column_name !== ROW);
  const isText = (type: string) => /^(ENUM|UUID)/.test(type);
  const columns = described.map(({ column_name, column_type }, j): TableColumn => {
    return { name: column_name, own: `c${j}`, type: isText(column_type) ? "VARCHAR" : column_type };
  });
  const renamed = described.map(({ column_name, column_type }, j) => {
    const own = name(column_name);
    return `${isText(column_type) ? `CAST(${own} AS VARCHAR)` : own} AS c${j}`;
  });
  await db.run(`CREATE OR REPLACE TEMP VIEW ${as} AS SELECT ${ROW}, ${renamed.join(", ")} FROM ${file}`);
  return { columns, row: ROW };
}

function checkNames(columns: readonly TableColumn[], path: string): void {
  const seen = new Map<string, number>();
  for (const [j, { name }] of columns.entries()) {
    const first = seen.get(name);
    if (first !== undefined) {
      const text = `${path} has two columns ${JSON.stringify(name)}, the ${first + 1}th and the ${j + 1}th`;
      throw new ChurnError("BAD_INPUT", text, { hint: "rename one of them" });
    }
    seen.set(name, j);
  }
}

/** The beginning of a file, unpacked. */
async function headOf(path: string): Promise<{ bytes: Buffer; whole: boolean }> {
  const blocks: Buffer[] = [];
  let size = 0;
  try {
    for await (const block of plainBytes(path)) {
      blocks.push(block);
      size += block.length;
      if (size > HEAD_BYTES) break;
    }
  } catch (error) {
    if (size <= HEAD_BYTES) throw gzipError(path, (await firstBytes(path)) === "1f8b", error);
  }
  const bytes = Buffer.concat(blocks);
  return { bytes: bytes.subarray(0, HEAD_BYTES), whole: size <= HEAD_BYTES };
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(2), 0, 2, 0)).buffer.toString("hex");
  } finally {
    await file.close();
  }
}
