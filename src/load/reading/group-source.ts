import { type Database, text } from "../../store/database.js";
import type { FileOfMany } from "./file-of-many.js";
import { readParquetGroup } from "./read-parquet.js";
import { plainRows } from "./read-plain.js";
import { firstLineOf } from "./record-file.js";
import type { Source } from "./source.js";
import { withPartition } from "./with-partition.js";

/** Rows and files of a group at most: what it holds in memory, and what is done again where it is refused. */
const MOST_ROWS = 2_000_000;
const MOST_FILES = 500;

/**
 * Cuts a list of files into groups that can be read in one pass: plain text of one header, cut in one way, in folders of the same columns.
 *
 * @param alone tells which file must be loaded by itself
 * @param inOrder true where it matters which file comes first, as of two records of one day
 */
export function groupFiles(
  files: readonly FileOfMany[],
  alone: (file: FileOfMany) => boolean,
  inOrder: boolean,
): FileOfMany[][] {
  const groups: { rows: number; files: FileOfMany[] }[] = [];
  const open = new Map<string, { rows: number; files: FileOfMany[] }>();
  for (const file of files) {
    const key = alone(file) ? "" : keyOf(file);
    const last = open.get(key);
    if (inOrder && !last) open.clear();
    if (key !== "" && last && last.rows + file.rows <= MOST_ROWS && last.files.length < MOST_FILES) {
      last.files.push(file);
      last.rows += file.rows;
      continue;
    }
    const group = { rows: file.rows, files: [file] };
    groups.push(group);
    if (key !== "") open.set(key, group);
  }
  return groups.map((group) => group.files);
}

/** What the files of a group have in common; empty for a file that is in none. */
function keyOf(file: FileOfMany): string {
  const { format, plain, columns, encoding = "utf-8", delimiter, path, partition } = file;
  if (format === "parquet") return JSON.stringify(["parquet", columns, Object.keys(partition ?? {})]);
  if (!plain || columns.length < 2 || encoding !== "utf-8") return "";
  return JSON.stringify([columns, delimiter, firstLineOf(file), packingOf(path), Object.keys(partition ?? {})]);
}

/** How a file is packed, as far as DuckDB does not see it by itself in the end of its name. */
const packingOf = (path: string) => (/\.gz$/i.test(path) && !path.endsWith(".gz") ? "gzip" : "by name");

/**
 * The rows of a group, their lines numbered as if the files were one: those of each following file go on where those of the one before
 * ended.
 */
export async function groupSource(
  db: Database,
  files: readonly FileOfMany[],
  timeZone: string | null | undefined,
): Promise<Source> {
  const [{ format }] = files;
  const starts = startsOf(files);
  const source = format === "parquet" ? await readParquetGroup(db, files, starts, timeZone) : plainGroup(files, starts);
  return withPartition(
    source,
    files.map(({ partition }) => partition),
  );
}

function plainGroup(files: readonly FileOfMany[], starts: readonly number[]): Source {
  const [first] = files;
  const { delimiter, columns: header } = first;
  const paths = files.map(({ path }) => path);
  const from = plainRows(first, paths, header.length);
  const firstLine = firstLineOf(first);
  const cells = header.map((_, index) => `coalesce(c${index}, '\x01')`).join(", ");
  return {
    header: [...header],
    width: header.length,
    from,
    cell: (position) => `c${position}`,
    widthOk: "true",
    line: undefined,
    firstLine,
    file: "CAST(file_index AS INTEGER)",
    fingerprint: `hash(${header.map((_, index) => `c${index}`).join(", ")})`,
    lineInFile: (line, file) => `${line} - [${starts.join(", ")}][${file} + 1]`,
    // nothing was taken away when the cells were cut, so together they are the line
    cells: (lines) =>
      `SELECT line, concat_ws(${text(delimiter)}, ${cells}) AS raw, [${cells}] AS f, file_number
       FROM (SELECT row_number() OVER () + ${firstLine - 1} AS line, *, file_index AS file_number FROM ${from}) WHERE line IN (${lines})`,
    lines: files.reduce((sum, { rows }) => sum + rows, 0),
    blank: 0,
    continued: 0,
    cutOff: -1,
    encoding: "utf-8",
  };
}

/** How many rows of a group come before each of its files. */
export function startsOf(files: readonly Pick<FileOfMany, "rows">[]): number[] {
  let before = 0;
  return files.map(({ rows }) => {
    const start = before;
    before += rows;
    return start;
  });
}
