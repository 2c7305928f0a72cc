import { plainBytes } from "../download/gunzipped.js";
import { text } from "../store/database.js";
import { csvRows } from "../store/file-sql.js";
import type { RecordFile } from "./record-file.js";

const NEWLINE = 10;
const QUOTE = 34;
const RETURN = 13;

/** Bytes that a header may have. */
const LONGEST_HEADER = 65_536;

/**
 * Looks through a file for what makes the cutting of cells hard: quotes and carriage returns. A file without them is plain:
 * its cells are cut at the delimiter, and nothing else.
 *
 * @returns the number of lines after the header; undefined when the file is not plain, or has no header line at all
 */
export async function scanPlain(path: string): Promise<{ lines: number } | undefined> {
  let newlines = 0;
  let last = NEWLINE;
  for await (const block of plainBytes(path)) {
    if (block.includes(QUOTE) || block.includes(RETURN)) return undefined;
    for (let i = 0; i < block.length; i++) if (block[i] === NEWLINE) newlines++;
    last = block[block.length - 1];
  }
  return newlines ? { lines: newlines - 1 + (last === NEWLINE ? 0 : 1) } : undefined;
}

/** The names of the columns of a plain file; undefined when they do not say how it is cut. */
export async function plainHeader({ path, delimiter }: RecordFile): Promise<string[] | undefined> {
  const found: Buffer[] = [];
  for await (const block of plainBytes(path)) {
    const end = block.indexOf(NEWLINE);
    found.push(end < 0 ? block : block.subarray(0, end));
    const line = Buffer.concat(found);
    if (line.length > LONGEST_HEADER || line.includes(QUOTE) || line.includes(RETURN)) return undefined;
    if (end < 0) continue;
    const header = splitHeader(line.toString("utf8").replace(/^\ufeff/, ""), delimiter);
    return header.length < 2 ? undefined : header;
  }
  return undefined;
}

/** Bytes of a line: DuckDB gives each thread a multiple of it to read, so with longer ones a small file has work for one thread. */
const LONGEST_LINE = 1 << 20;

/** What the rows of a plain file are read from, in their order: texts `c0`, `c1`, …; a row of another width is an error. */
export function plainRows({ path, delimiter }: RecordFile, width: number): string {
  const types = Array.from({ length: width }, (_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const options = `columns = {${types}}, header = false, skip = 1, auto_detect = false, delim = ${text(delimiter)},
    quote = '', escape = '', nullstr = '\x01', new_line = '\\n', strict_mode = true, max_line_size = ${LONGEST_LINE}, buffer_size = ${8 * LONGEST_LINE}`;
  return csvRows(path, options);
}

/** The names in a header line; names may stand in quotes. */
export function splitHeader(line: string, delimiter: string): string[] {
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
