import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { plainBytes } from "../download/gunzipped.js";
import { copyThatHelps, withUtf8Copy } from "../download/utf8-copy.js";
import { type Database, text } from "../store/database.js";
import { csvRows } from "../store/file-sql.js";
import type { RecordFile } from "./record-file.js";
import { listSource, type Source, type TextEncoding } from "./source.js";
import { splitHeader } from "./split-header.js";

/** Place of a line, from 0: in the transaction that makes a table, its row ids begin at a large number. */
const AT = "(rowid - (SELECT min(rowid) FROM lines))";

/**
 * The rows of any CSV file: DuckDB cuts it into lines, the temporary table `lines`, and these are cut into cells in SQL, where
 * every fault can be told.
 *
 * @throws ChurnError BAD_INPUT when the first line is empty, or one is too long
 */
export async function readLines(db: Database, { path, delimiter }: RecordFile): Promise<Source> {
  const encoding = await cutIntoLines(db, path);
  const first = await db.row<{ raw: string | null }>(`SELECT raw FROM lines WHERE ${AT} = 0`);
  if (!first?.raw) throw new ChurnError("BAD_INPUT", `${path}: the first line is empty; it must name the columns`);
  const header = splitHeader(first.raw.replace(/^\ufeff/, ""), delimiter);
  const counts = await db.row<{ lines: number; filled: number }>(
    `SELECT count(*) - 1 AS lines, count(*) FILTER (${AT} > 0 AND raw <> '') AS filled FROM lines`,
  );
  const lines = counts?.lines ?? 0;
  const blank = lines - (counts?.filled ?? 0);
  const cutOff = (await endsInLine(path)) ? -1 : lines + 1;
  return listSource(header, cellsOfLines(delimiter), { lines, blank, cutOff, encoding });
}

/** A query for line, raw and the cells of the lines after the header that are not blank. */
function cellsOfLines(delimiter: string): string {
  const comma = text(delimiter);
  const other = delimiter === "|" || delimiter === "\\" ? `\\${delimiter}` : delimiter;
  // a quote inside a cell that does not begin with one is a letter like any other
  const quoted = `regexp_extract_all(raw || ${comma}, ${text(`("(?:[^"]|"")*"|(?:[^"${other}][^${other}]*)?)${other}`)}, 1)`;
  const unquote = `list_transform(q, lambda x: CASE WHEN x[1] = '"' THEN replace(x[2:-2], '""', '"') ELSE x END)`;
  const whole = `list_sum(list_transform(q, lambda x: length(x) + 1)) = length(raw) + 1`;
  return `SELECT line, raw, CASE WHEN q IS NULL THEN string_split(raw, ${comma}) WHEN ${whole} THEN ${unquote} END AS f
    FROM (SELECT ${AT} + 1 AS line, raw, CASE WHEN contains(raw, '"') THEN ${quoted} END AS q
      FROM lines WHERE ${AT} > 0 AND raw IS NOT NULL AND raw <> '')`;
}

/** Makes the table `lines`; gives the letters in which they were read. */
async function cutIntoLines(db: Database, path: string): Promise<TextEncoding> {
  // with \r\n named, each of \r\n, \n and \r ends a line, even side by side in one file; any other setting counts \r\n twice
  const read = (encoding: string, from = path) =>
    db.run(
      `CREATE OR REPLACE TEMP TABLE lines AS SELECT rtrim(raw, chr(13)) AS raw FROM ${csvRows(
        from,
        `columns = {'raw': 'VARCHAR'}, header = false, auto_detect = false, quote = '', escape = '', delim = '\x01',
      strict_mode = false, new_line = '\\r\\n', max_line_size = 16777216, encoding = '${encoding}'`,
      )}`,
    );
  try {
    await read("utf-8");
    return "utf-8";
  } catch (error) {
    const copy = copyThatHelps(String(error));
    if (!copy) throw lineFault(path, error);
    if (copy !== "utf-8") return readForeign(path, read);
    await withUtf8Copy(path, copy, (from) => read("utf-8", from));
    return "utf-8";
  }
}

/** Reads a text that is not UTF-8: Latin-1 by DuckDB, else Windows-1252 from a copy. */
async function readForeign(
  path: string,
  read: (encoding: string, path: string) => Promise<unknown>,
): Promise<TextEncoding> {
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
