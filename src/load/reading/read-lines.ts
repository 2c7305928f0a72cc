import { ChurnError } from "../../core/errors.js";
import { messageOf } from "../../core/fault.js";
import { plainBytes } from "../../download/gunzipped.js";
import type { TextEncoding } from "../../download/reader-options.js";
import { splitLine } from "../../download/split-line.js";
import { findEncoding, utf8Bytes } from "../../download/utf8-bytes.js";
import { copyThatHelps, type TextFilter, withUtf8Copy } from "../../download/utf8-copy.js";
import { type Database, text } from "../../store/database.js";
import { csvRows } from "../../store/file-sql.js";
import { firstLineOf, type RecordFile } from "./record-file.js";
import { JOINT, LONGEST_LINE, RecordJoiner, TOO_LONG } from "./record-joiner.js";
import { listSource, type Source } from "./source.js";

/** Place of a line, from 0: in the transaction that makes a table, its row ids begin at a large number. */
const AT = "(rowid - (SELECT min(rowid) FROM lines))";

/**
 * The rows of any CSV file: DuckDB cuts it into lines, the temporary table `lines`, and these are cut into cells in SQL, where
 * every fault can be told.
 *
 * @throws ChurnError BAD_INPUT when the line of the header is empty, or the file is not in the letters that the user says
 */
export async function readLines(db: Database, file: RecordFile): Promise<Source> {
  const { path, delimiter, header: hasHeader = true, skip = 0 } = file;
  const { encoding, isJoined } = await cutIntoLines(db, file);
  const firstLine = firstLineOf(file);
  const head = await db.row<{ raw: string | null }>(`SELECT raw FROM lines WHERE ${AT} = ${skip}`);
  if (!head?.raw) {
    const which = skip ? `line ${skip + 1}` : "the first line";
    throw new ChurnError(
      "BAD_INPUT",
      `${path}: ${which} is empty; it must ${hasHeader ? "name the columns" : "be a row"}`,
      {
        hint: "say how many lines stand above it: --reader skip=…",
      },
    );
  }
  const names = splitLine(head.raw.replace(/^\ufeff/, "").replaceAll(JOINT, " "), delimiter);
  const header = hasHeader ? names : names.map((_, index) => `c${index + 1}`);
  // an empty line is blank, and one of a joint alone belongs to the row above
  const counts = await db.oneRow<{ all: number; blank: number; continued: number }>(
    `SELECT count(*) AS "all", count(*) FILTER (coalesce(raw, '') = '') AS blank, ${isJoined ? `count(*) FILTER (raw = ${JOINT_SQL})` : "0"} AS continued
     FROM lines WHERE ${AT} >= ${firstLine - 1}`,
  );
  const { all, blank, continued } = counts;
  const cutOff = (await endsInLine(path)) ? -1 : firstLine - 1 + all;
  const counted = { firstLine, lines: all - continued, blank, continued, cutOff, encoding };
  return listSource(header, cellsOfLines(delimiter, firstLine - 1, isJoined), counted);
}

/** A character in a regular expression of RE2, also between brackets. */
const inRegex = (character: string) => (/[\w\s\x80-\uffff]/.test(character) ? character : `\\${character}`);

const JOINT_SQL = `chr(${JOINT.charCodeAt(0)})`;

/** A query for line, raw and the cells of the lines from a place on that are not blank. */
function cellsOfLines(delimiter: string, from: number, isJoined: boolean): string {
  const comma = text(delimiter);
  const end = inRegex(delimiter);
  // a quote inside a cell that does not begin with one is a letter like any other
  const quoted = `regexp_extract_all(raw || ${comma}, ${text(`("(?:[^"]|"")*"|(?:[^"${end}][^${end}]*)?)${end}`)}, 1)`;
  const unquote = `list_transform(q, lambda x: CASE WHEN x[1] = '"' THEN replace(x[2:-2], '""', '"') ELSE x END)`;
  const whole = `list_sum(list_transform(q, lambda x: length(x) + 1)) = length(raw) + 1`;
  const told = (raw: string) => (isJoined ? `replace(${raw}, ${JOINT_SQL}, chr(10))` : raw);
  const cut = `CASE ${isJoined ? `WHEN starts_with(raw, ${text(TOO_LONG)}) THEN NULL ` : ""}WHEN q IS NULL THEN string_split(raw, ${comma}) WHEN ${whole} THEN ${unquote} END`;
  return `SELECT line, ${told("raw")} AS raw, ${isJoined ? `list_transform(${cut}, lambda x: ${told("x")})` : cut} AS f
    FROM (SELECT ${AT} + 1 AS line, raw, CASE WHEN contains(raw, '"') THEN ${quoted} END AS q
      FROM lines WHERE ${AT} >= ${from} AND raw IS NOT NULL AND raw <> ''${isJoined ? ` AND raw <> ${JOINT_SQL}` : ""})`;
}

/** Makes the table `lines`; says in which letters the file is written, and whether rows of several lines stand on one. */
async function cutIntoLines(db: Database, file: RecordFile): Promise<{ encoding: TextEncoding; isJoined: boolean }> {
  const { path, delimiter, skip = 0 } = file;
  const asked = file.encoding;
  let encoding = asked ?? "utf-8";
  for (const direct of asked ? [asked] : (["utf-8", "latin-1"] as const)) {
    if (direct !== "utf-8" && direct !== "latin-1") break;
    if (direct === "latin-1" && encoding !== "latin-1") break;
    const fault = await readInto(db, path, direct).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (!fault && !(await mayHaveOpenQuotes(db, delimiter))) return { encoding: direct, isJoined: false };
    if (fault) encoding = await encodingThatHelps(path, fault, asked);
    else break;
  }
  const joiner = new RecordJoiner(delimiter, skip);
  const filter: TextFilter = async function* (blocks) {
    for await (const block of blocks) yield joiner.push(block);
    yield joiner.end();
  };
  await withUtf8Copy(path, encoding, (copy) => readInto(db, copy, "utf-8"), filter);
  return { encoding, isJoined: joiner.changed };
}

/** Reads the lines of a file into the table `lines`. */
function readInto(db: Database, path: string, encoding: "utf-8" | "latin-1"): Promise<number> {
  // with \r\n named, each of \r\n, \n and \r ends a line, even side by side in one file; any other setting counts \r\n twice
  const options = `columns = {'raw': 'VARCHAR'}, header = false, auto_detect = false, quote = '', escape = '', delim = '\x01',
    strict_mode = false, new_line = '\\r\\n', max_line_size = ${LONGEST_LINE}, encoding = '${encoding}'`;
  return db.run(
    `CREATE OR REPLACE TEMP TABLE lines AS SELECT ltrim(rtrim(raw, chr(13)), chr(10)) AS raw FROM ${csvRows(path, options)}`,
  );
}

/** Whether a line may end inside a quoted cell. */
async function mayHaveOpenQuotes(db: Database, delimiter: string): Promise<boolean> {
  const start = `(^|${inRegex(delimiter)})`;
  const open = `regexp_matches(raw, ${text(`${start}"([^"]|"")*$`)})`;
  return (await db.row(`SELECT 1 FROM lines WHERE contains(raw, '"') AND ${open} LIMIT 1`)) !== undefined;
}

/**
 * In which letters a file is written that DuckDB could not read as it is.
 *
 * @throws what it said, where no other letters help; ChurnError BAD_INPUT where the user named the wrong ones
 */
async function encodingThatHelps(path: string, fault: unknown, asked: TextEncoding | undefined): Promise<TextEncoding> {
  const message = messageOf(fault);
  const isLetters = copyThatHelps(message) === "windows-1252";
  if (asked && isLetters) {
    throw new ChurnError("BAD_INPUT", `${path} is not written in ${asked}`, {
      cause: fault,
      hint: `leave it to be found out, --reader encoding=auto${asked === "latin-1" ? ", or say encoding=windows-1252" : ""}`,
    });
  }
  if (!isLetters && copyThatHelps(message) === undefined && !/maximum line size/i.test(message)) throw fault;
  return asked ?? (await findEncoding(path));
}

/** Whether the last line of a file has its line end. */
async function endsInLine(path: string): Promise<boolean> {
  let last = 0;
  for await (const block of utf8Bytes(plainBytes(path))) last = block.at(-1) ?? last;
  return last === 10 || last === 13;
}
