import type { Partition } from "../download/many/partition.js";

/** A file of records as its manifest describes it. */
export interface RecordFile {
  path: string;
  format: "csv" | "parquet";
  delimiter: string;
  /** Columns that its folders give to each of its rows. */
  partition?: Partition;
}
