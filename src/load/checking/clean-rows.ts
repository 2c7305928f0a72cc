import { ChurnError } from "../../core/errors.js";
import { checkDateFormat, checkTimeZone } from "../../store/cell-sql.js";
import type { Database } from "../../store/database.js";
import type { LogColumn } from "../../store/log-columns.js";
import type { FileOfMany } from "../reading/file-of-many.js";
import { GroupRefused } from "../reading/group-refused.js";
import { groupSource } from "../reading/group-source.js";
import { readLines } from "../reading/read-lines.js";
import { readParquet } from "../reading/read-parquet.js";
import { readPlain } from "../reading/read-plain.js";
import type { RecordFile } from "../reading/record-file.js";
import { lastLineOf, type Source } from "../reading/source.js";
import { withPartition } from "../reading/with-partition.js";
import type { CellOptions } from "./cell-options.js";
import { describeReading } from "./describe-reading.js";
import { findRepeats, type Repeats } from "./find-repeats.js";
import { findThousands } from "./find-thousands.js";
import { setForgottenAside } from "./set-forgotten-aside.js";
import { tellFaults } from "./tell-faults.js";
import { makeTypedRows, type TypedRows } from "./typed-rows.js";
import { uniqueKeys } from "./unique-keys.js";

/** What was found in a file, besides the tables `clean` and `bad`. */
export interface CleanSummary
  extends Pick<Source, "lines" | "blank" | "continued" | "encoding" | "cells">,
    Pick<TypedRows, "absent" | "unused"> {
  /** The columns of `clean`, beside the line. */
  columns: readonly LogColumn[];
  /** Number of the last line. */
  lastLine: number;
  /** Rows that were added to another row of the same subscriber and day (grain event). */
  merged: number;
  /** How the file is written, in words, where that is not the usual way. */
  readAs: string[];
  /** Records that came more than once. */
  repeats: Repeats;
  typed: TypedRows;
}

/**
 * Reads a file as text, checks every cell in SQL, and leaves a temporary view `clean` (line and our columns, typed, one
 * row per subscriber and day) and a temporary table `bad` (line, column_name, reason, raw); no row is in both.
 *
 * DuckDB's own CSV reader is quick but no judge: its strict mode refuses a dirty file whole, and its lenient mode turns
 * 2.5 into 3 and drops extra cells in silence. So it only cuts a file into lines here, or one without quotes into cells.
 *
 * Not to be called in a transaction.
 *
 * @param known a query for the keys of records that came with other rows; undefined where there is no store to ask
 */
export async function cleanRows(
  db: Database,
  file: RecordFile,
  options: CellOptions,
  known?: string,
): Promise<CleanSummary> {
  if (options.date_format) await checkDateFormat(db, options.date_format, "load.date_format");
  if (options.time_zone) await checkTimeZone(db, options.time_zone, "load.time_zone");
  const typed = await readTyped(db, file, options);
  return cleanTyped(db, typed, file, known);
}

/**
 * The same of several files of one header, in one pass: `clean` has the number of the file, too, and the lines are those of the group.
 *
 * @throws GroupRefused when they cannot be read in one pass, or one of them may be the wrong one
 */
export async function cleanGroup(
  db: Database,
  files: readonly FileOfMany[],
  options: CellOptions,
): Promise<CleanSummary> {
  if (options.date_format) await checkDateFormat(db, options.date_format, "load.date_format");
  if (options.time_zone) await checkTimeZone(db, options.time_zone, "load.time_zone");
  const source = await groupSource(db, files, options.time_zone);
  const typed = await makeTypedRows(db, source, options).catch((cause: unknown) => {
    if (cause instanceof ChurnError || /INTERRUPT/.test(String(cause))) throw cause;
    throw new GroupRefused("a file is not as plain as its manifest says", { cause });
  });
  const counts = await db.rows<{ file: number; rows: number }>(
    "SELECT file_number AS file, count(*) AS rows FROM typed GROUP BY file_number",
  );
  // a file may have changed since it was pinned, and a line may be cut in another way than it was counted
  const isWhole = counts.length === files.length && counts.every(({ file, rows }) => files[file].rows === rows);
  if (!isWhole) throw new GroupRefused("a file has other rows than its manifest says");
  return cleanTyped(db, typed, files[0]);
}

async function cleanTyped(db: Database, first: TypedRows, file: RecordFile, known?: string): Promise<CleanSummary> {
  let typed = first;
  let bad = await tellFaults(db, typed);
  if (bad > 0) {
    const thousands = await findThousands(db, typed);
    if (Object.keys(thousands).length > 0) {
      // what holds in one file need not hold in the next
      if (typed.source.file) throw new GroupRefused("a file may have thousands separators");
      typed = await makeTypedRows(db, typed.source, { ...typed.options, thousands });
      bad = await tellFaults(db, typed);
    }
  }
  bad += await setForgottenAside(db, typed);
  const repeats = await findRepeats(db, typed, known);
  const merged = await uniqueKeys(db, typed, bad);
  const { absent, unused, source, columns } = typed;
  const { lines, blank, continued, encoding, cells } = source;
  const told = { lastLine: lastLineOf(source), readAs: describeReading(file, typed) };
  return { lines, blank, continued, encoding, cells, columns, absent, unused, merged, repeats, typed, ...told };
}

async function readTyped(db: Database, file: RecordFile, options: CellOptions): Promise<TypedRows> {
  const withFolders = (source: Source) => withPartition(source, [file.partition]);
  if (file.format === "parquet") {
    return makeTypedRows(db, withFolders(await readParquet(db, file, options.time_zone)), options);
  }
  let typed: TypedRows | undefined;
  const plain = await readPlain(db, file, async (source) => {
    typed = await makeTypedRows(db, withFolders(source), options);
    return (await db.oneRow<{ n: number }>("SELECT count(*) AS n FROM typed")).n;
  });
  if (plain && typed) return { ...typed, source: { ...typed.source, lines: plain.lines } };
  return makeTypedRows(db, withFolders(await readLines(db, file)), options);
}

/** Drops what `cleanRows` left. */
export async function dropCleanRows(db: Database): Promise<void> {
  await db.run("DROP VIEW IF EXISTS temp.clean");
  for (const table of ["typed", "summed", "bad", "lines", "known", "records"])
    await db.run(`DROP TABLE IF EXISTS temp.${table}`);
}
