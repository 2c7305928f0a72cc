/** What was read of a table or query of a database: kept in the manifest, so that later stages know what they ran on. */
export interface TableRead {
  /** The server's version, as it calls itself. */
  version: string;
  /** The table; null where a query was read. */
  table: string | null;
  /** The column whose ranges were read one after another; null where all was read in one piece. */
  key: string | null;
  /** The largest value of the key that was read, as the server writes it. */
  to: string | null;
  rows: number;
  /** The columns of the file, with the type that they have there. */
  columns: { name: string; type: string }[];
  /** Columns of bytes: they are not read. */
  left_out: string[];
  /** Days that are none, as 0000-00-00, by column: they are missing in the file. */
  zero_days: Record<string, number>;
  /** Views of the table that were read one after another: more than one where the server went away meanwhile. */
  snapshots: number;
  /** SHA-256 of the files that this one has all rows of, in their order, and others behind them. */
  grown_from: string[];
  /** Rows up to the largest key of the read before that came, or went, after it: they are not in the file. */
  missed: number;
}

/** What is to be known of a read, in sentences. */
export function tableNotes(read: TableRead): string[] {
  const notes: string[] = [];
  if (read.left_out.length) {
    notes.push(
      `not read, since they hold bytes: ${read.left_out.join(", ")}; a view with HEX(…) or BIN_TO_UUID(…) makes texts of them`,
    );
  }
  for (const [column, count] of Object.entries(read.zero_days)) {
    notes.push(
      `${count.toLocaleString("en-US")} days of ${column} are none, as 0000-00-00: they are missing in the file`,
    );
  }
  if (read.snapshots > 1) {
    notes.push(
      `the server went away while it was read: rows come from ${read.snapshots} views of it, one after the other; --force reads it again`,
    );
  }
  if (read.missed) {
    const [count, what] =
      read.missed > 0 ? [read.missed, "came after it was read"] : [-read.missed, "are gone since it was read"];
    notes.push(
      `${count.toLocaleString("en-US")} rows with a ${read.key} up to the last one that was read ${what}; --force reads the table whole`,
    );
  }
  return notes;
}
