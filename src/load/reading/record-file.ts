import type { Partition } from "../../download/many/partition.js";
import type { TextForm } from "../../download/reader-options.js";

/** A file of records as its manifest describes it. */
export interface RecordFile extends Pick<TextForm, "delimiter">, Partial<Omit<TextForm, "delimiter">> {
  path: string;
  format: "csv" | "parquet";
  /** Columns that its folders give to each of its rows. */
  partition?: Partition;
  /** What was counted in a CSV file without quotes, carriage returns and blank lines, when it was pinned. */
  plain?: PlainText;
}

/** The rows of a plain text, and the signs that it is as it was when they were counted. */
export interface PlainText {
  rows: number;
  bytes: number;
  mtimeMs: number;
}

/** Number of the first line of rows of a text file. */
export function firstLineOf({ header = true, skip = 0 }: Pick<RecordFile, "header" | "skip">): number {
  return skip + (header ? 2 : 1);
}
