import { CDR_COLUMNS, type CdrColumn } from "../cdr/columns.js";
import { type Database, name } from "../store/database.js";
import { type CellOptions, storedCell, typedRows } from "./cell-sql.js";
import type { RecordFile } from "./clean-rows.js";
import { mapColumns } from "./map-columns.js";
import { plainHeader, plainRows, scanPlain } from "./plain-file.js";

/** A plain file that is about to be read in one pass. */
export interface PlainFile {
  /** Our columns that it has, and the rows with their cells, each with whether it is all right. */
  present: readonly CdrColumn[];
  rows: string;
  absent: string[];
  unused: string[];
}

/** Something in a file or in the table that wants a closer look. */
export class NotPlain extends Error {}

/** Looks at the header of a file; undefined where the file cannot be read in one pass. */
export async function plainFile(file: RecordFile, options: CellOptions): Promise<PlainFile | undefined> {
  if (file.format !== "csv" || options.grain !== "day") return undefined;
  const header = await plainHeader(file);
  if (!header) return undefined;
  const { positions, absent, unused } = mapColumns(header, options.columns);
  const present = CDR_COLUMNS.filter((column) => positions.has(column.name));
  const source = { from: plainRows(file, header.length), widthOk: "true", line: undefined };
  return { present, rows: typedRows(present, (our) => `c${positions.get(our)}`, options, source), absent, unused };
}

/**
 * Reads, checks and writes the rows of a file in one statement, straight into the table: its key finds those that repeat.
 *
 * Meanwhile the lines are counted, so that none is passed over. To be called in a transaction, which has to be rolled back
 * when this fails.
 *
 * @param first the number of the first row
 * @returns the number of rows
 * @throws NotPlain, or what DuckDB says, when any row is bad, repeats or is there already
 */
export async function insertPlain(
  db: Database,
  path: string,
  { present, rows }: PlainFile,
  first: { row: number; batch: number },
): Promise<number> {
  let isReading = true;
  const scanning = scanPlain(path).then((scan) => {
    if (!scan && isReading) db.interrupt();
    return scan;
  });
  scanning.catch(() => {});
  try {
    const written = await db.run(
      `INSERT INTO DP_CDR_Data (id, batch_id, ${present.map((column) => name(column.name)).join(", ")})
       SELECT ${first.row - 1} + row_number() OVER (), ${first.batch}, ${present.map(storedCell).join(", ")}
       FROM (${rows}) WHERE CASE WHEN ok THEN true ELSE error('a row that is not all right') END`,
    );
    isReading = false;
    const scan = await scanning;
    if (!written || scan?.lines !== written) throw new NotPlain();
    return written;
  } finally {
    isReading = false;
    await scanning.catch(() => {});
  }
}
