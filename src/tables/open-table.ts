import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { interrupted } from "../core/interrupted.js";
import { csvHead, HEAD_BYTES } from "../download/csv-head.js";
import { fileType } from "../download/file-type.js";
import { type Database, name, text } from "../store/database.js";
import { csvRows, parquetRows } from "../store/file-sql.js";
import { inMemory } from "../store/memory-database.js";

/** A table that is open: its columns in the order of the file, under names of our own. */
export interface OpenTable {
  path: string;
  db: Database;
  /** SQL for the number of a row in the file, from 0. */
  row: string;
  rows: number;
  columns: readonly TableColumn[];
  /** Whether numbers may be written with a decimal comma. */
  comma: boolean;
}

export interface TableColumn {
  /** Name in the file. */
  name: string;
  /** Name in the table `input` of the database: names in SQL differ in more than case. */
  own: string;
  /** Type in DuckDB; VARCHAR for every column of a CSV file. */
  type: string;
}

/**
 * Opens a file as a table and works on it: `.parquet`, `.csv` or `.csv.gz` with a header line, cells divided by comma,
 * semicolon, tab or bar.
 *
 * @throws ChurnError NOT_FOUND; BAD_INPUT for a file that cannot be read, with its line, or a name that stands twice
 */
export async function withTable<T>(
  path: string,
  work: (table: OpenTable) => Promise<T>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<T> {
  const { format, gzip } = fileType(path, "give the table in one of these formats");
  const found = await stat(path).catch((cause: unknown) => {
    throw new ChurnError("NOT_FOUND", `there is no file ${JSON.stringify(path)}`, { cause });
  });
  if (!found.isFile()) throw new ChurnError("BAD_INPUT", `${JSON.stringify(path)} is no file`);
  if (found.size === 0) throw new ChurnError("BAD_INPUT", `${path} is empty`);
  return inMemory(async (db) => {
    const stop = () => db.interrupt();
    signal?.addEventListener("abort", stop);
    try {
      const { columns, comma, row } = format === "csv" ? await openCsv(db, path, gzip) : await openParquet(db, path);
      checkNames(columns, path);
      const [{ rows }] = (await db.rows<{ rows: number }>("SELECT count(*) AS rows FROM input")) as [{ rows: number }];
      if (rows === 0) throw new ChurnError("NO_DATA", `${path} has a header but no rows`);
      return await work({ path, db, row, rows, columns, comma });
    } catch (error) {
      if (signal?.aborted) throw interrupted(`work on ${path}`, error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
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

async function openCsv(db: Database, path: string, gzip: boolean) {
  const { bytes, whole } = await headOf(path, gzip);
  const head = csvHead(bytes, whole, path);
  const columns = head.columns.map(({ name }, j): TableColumn => ({ name, own: `c${j}`, type: "VARCHAR" }));
  const shape = columns.map(({ own }) => `'${own}': 'VARCHAR'`).join(", ");
  const latin = isUtf8(bytes) ? "" : ", encoding = 'latin-1'";
  await db
    .run(
      `CREATE TEMP TABLE input AS FROM ${csvRows(path, `auto_detect = false, header = true, delim = ${text(head.delimiter)}, quote = '"', escape = '"', nullstr = '', columns = {${shape}}${latin}`)}`,
    )
    .catch((error: Error) => {
      throw new ChurnError("BAD_INPUT", `${path} cannot be read as CSV: ${csvFault(error.message)}`, {
        cause: error,
        hint: `its header has ${columns.length} columns, divided by ${JSON.stringify(head.delimiter)}`,
      });
    });
  // a decimal comma cannot stand bare in a file whose cells are divided by commas, but it can in quotes
  return { columns, comma: true, row: "rowid" };
}

/** The lines of DuckDB's long message that tell what is wrong and where. */
function csvFault(message: string): string {
  const lines = message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const end = lines.findIndex((line, i) => i > 0 && /^(Possible|file\s*=|\*)/.test(line));
  return lines.slice(0, end < 0 ? 3 : Math.min(end, 3)).join("; ");
}

async function openParquet(db: Database, path: string) {
  await db
    .run(`CREATE TEMP VIEW source AS SELECT * FROM ${parquetRows(path, { rowNumbers: true })}`)
    .catch((error: Error) => {
      throw new ChurnError("BAD_INPUT", `${path} cannot be read as Parquet: ${error.message.split("\n")[0]}`, {
        cause: error,
      });
    });
  const all = await db.rows<{ column_name: string; column_type: string }>("DESCRIBE source");
  const described = all.filter(({ column_name }) => column_name !== ROW);
  const columns = described.map(({ column_name, column_type }, j): TableColumn => {
    return { name: column_name, own: `c${j}`, type: /^ENUM/.test(column_type) ? "ENUM" : column_type };
  });
  const renamed = described.map(({ column_name, column_type }, j) => {
    const own = name(column_name);
    return `${/^(ENUM|UUID)/.test(column_type) ? `CAST(${own} AS VARCHAR)` : own} AS c${j}`;
  });
  await db.run(`CREATE TEMP VIEW input AS SELECT ${ROW}, ${renamed.join(", ")} FROM source`);
  for (const column of columns) if (/^(ENUM|UUID)/.test(column.type)) column.type = "VARCHAR";
  return { columns, comma: false, row: ROW };
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
async function headOf(path: string, gzip: boolean): Promise<{ bytes: Buffer; whole: boolean }> {
  const blocks: Buffer[] = [];
  let size = 0;
  const take = async (source: AsyncIterable<Buffer>) => {
    for await (const block of source) {
      blocks.push(block);
      size += block.length;
      if (size > HEAD_BYTES) return;
    }
  };
  const read = createReadStream(path, { highWaterMark: 1 << 16, end: gzip ? Number.POSITIVE_INFINITY : HEAD_BYTES });
  try {
    if (gzip) await pipeline(read, createGunzip(), take);
    else await take(read);
  } catch (error) {
    if (size <= HEAD_BYTES) {
      throw new ChurnError("BAD_INPUT", `${path} cannot be unpacked: ${messageOf(error)}`, { cause: error });
    }
  } finally {
    read.destroy();
  }
  const bytes = Buffer.concat(blocks);
  return { bytes: bytes.subarray(0, HEAD_BYTES), whole: size <= HEAD_BYTES };
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
