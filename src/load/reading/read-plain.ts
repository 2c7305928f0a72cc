import { stat } from "node:fs/promises";
import { ChurnError } from "../../core/errors.js";
import { plainBytes } from "../../download/gunzipped.js";
import { splitLine } from "../../download/split-line.js";
import { type Database, text } from "../../store/database.js";
import { csvRows } from "../../store/file-sql.js";
import { firstLineOf, type RecordFile } from "./record-file.js";
import type { Source } from "./source.js";

const NEWLINE = 10;
const QUOTE = 34;
const RETURN = 13;

/** Bytes that a header may have. */
const LONGEST_HEADER = 65_536;

/** Bytes of a line: DuckDB gives each thread a multiple of it to read, so with longer ones a small file has work for one thread. */
const LONGEST_LINE = 1 << 20;

/**
 * Reads a CSV file without quotes straight into cells, on all threads: two times as quick as by lines.
 *
 * Meanwhile the lines are counted, where its manifest has not counted them, so that none is passed over. Undefined for any other file: one with a quote or a carriage
 * return, a line of another width, a blank one, or bytes that are no UTF-8.
 *
 * @param read reads the rows of the source, whose lines are yet to be counted; gives how many it read
 */
export async function readPlain(
  db: Database,
  file: RecordFile,
  read: (source: Source) => Promise<number>,
): Promise<Source | undefined> {
  if (file.encoding !== undefined && file.encoding !== "utf-8") return undefined;
  const head = await plainHead(file);
  if (!head) return undefined;
  let isReading = true;
  let stopped = false;
  const scanning = countPlain(file).then((scan) => {
    stopped = !scan && isReading;
    if (stopped) db.interrupt();
    return scan;
  });
  scanning.catch(() => {});
  try {
    const source = plainSource(file, head);
    const rows = await read(source);
    isReading = false;
    const scan = await scanning;
    return scan?.lines === rows ? { ...source, lines: rows } : undefined;
  } catch (error) {
    if (/INTERRUPT/.test(String(error)) && !stopped) throw error;
    // what the file lacks by its header, it lacks however it is read
    if (error instanceof ChurnError && error.code === "BAD_OPTION") throw error;
    return undefined;
  } finally {
    isReading = false;
    await scanning.catch(() => {});
  }
}

/** The rows of a file without quotes, in step with its lines; the lines are yet to be counted. */
function plainSource(file: RecordFile, { header, rows }: PlainHead): Source {
  const from = plainRows(file, file.path, header.length);
  const firstLine = firstLineOf(file);
  // nothing was taken away when the cells were cut, so together they are the line
  const cells = header.map((_, index) => `coalesce(c${index}, '\x01')`).join(", ");
  return {
    header,
    width: header.length,
    head: rows,
    from,
    cell: (position) => `c${position}`,
    widthOk: "true",
    line: undefined,
    firstLine,
    file: undefined,
    fingerprint: `hash(${header.map((_, index) => `c${index}`).join(", ")})`,
    cells: (lines) =>
      `SELECT line, concat_ws(${text(file.delimiter)}, ${cells}) AS raw, [${cells}] AS f
       FROM (SELECT row_number() OVER () + ${firstLine - 1} AS line, * FROM ${from}) WHERE line IN (${lines})`,
    lines: 0,
    blank: 0,
    continued: 0,
    cutOff: -1,
    encoding: "utf-8",
  };
}

/** Rows of a plain file: as they were counted when it was pinned, or by a look through it. */
async function countPlain(file: RecordFile): Promise<{ lines: number } | undefined> {
  const { plain, path } = file;
  if (!plain) return scanPlain(file);
  const { size, mtimeMs } = await stat(path);
  return size === plain.bytes && mtimeMs === plain.mtimeMs ? { lines: plain.rows } : scanPlain(file);
}

/**
 * Looks through a file for what makes the cutting of cells hard: quotes and carriage returns. A file without them is plain:
 * its cells are cut at the delimiter, and nothing else.
 *
 * @returns the number of its rows; undefined when the file is not plain, or has not even a header
 */
async function scanPlain(file: RecordFile): Promise<{ lines: number } | undefined> {
  let newlines = 0;
  let last = NEWLINE;
  for await (const block of plainBytes(file.path)) {
    if (block.includes(QUOTE) || block.includes(RETURN)) return undefined;
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) newlines++;
    last = block[block.length - 1];
  }
  const above = firstLineOf(file) - 1;
  const lines = newlines + (last === NEWLINE ? 0 : 1);
  return newlines >= above && lines > 0 ? { lines: lines - above } : undefined;
}

/** The beginning of a plain file: the names of its columns, and its first rows. */
interface PlainHead {
  header: string[];
  rows: string[][];
}

/** Rows that are taken of the beginning. */
const HEAD_ROWS = 1000;

/** Reads the beginning of a plain file; undefined when it does not say how the file is cut. */
async function plainHead({ path, delimiter, header = true, skip = 0 }: RecordFile): Promise<PlainHead | undefined> {
  const found: Buffer[] = [];
  let bytes = 0;
  for await (const block of plainBytes(path)) {
    found.push(block);
    bytes += block.length;
    const lines = Buffer.concat(found).subarray(0, LONGEST_HEADER).toString("latin1").split("\n");
    if (lines.length <= skip + 1 && bytes < LONGEST_HEADER) continue;
    const line = Buffer.from(lines[skip] ?? "", "latin1");
    if (lines.length <= skip + 1 || line.includes(QUOTE) || line.includes(RETURN)) return undefined;
    const names = splitLine(line.toString("utf8").replace(/^\ufeff/, ""), delimiter);
    if (names.length < 2) return undefined;
    const head = Buffer.concat(found);
    if (head.includes(QUOTE) || head.includes(RETURN)) return undefined;
    // the last line may be cut off
    const rest = head.toString("utf8").split("\n").slice(0, -1);
    const rows = rest.slice(skip + (header ? 1 : 0), skip + HEAD_ROWS).map((row) => row.split(delimiter));
    return { header: header ? names : names.map((_, index) => `c${index + 1}`), rows };
  }
  return undefined;
}

/** What the rows of a plain file are read from, in their order: texts `c0`, `c1`, …; a row of another width is an error. */
export function plainRows(
  file: Pick<RecordFile, "delimiter" | "header" | "skip">,
  paths: string | readonly string[],
  width: number,
): string {
  const types = Array.from({ length: width }, (_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const options = `columns = {${types}}, header = false, skip = ${firstLineOf(file) - 1}, auto_detect = false, delim = ${text(file.delimiter)},
    quote = '', escape = '', nullstr = '\x01', new_line = '\\n', strict_mode = true, max_line_size = ${LONGEST_LINE}, buffer_size = ${8 * LONGEST_LINE}`;
  return csvRows(paths, options);
}
