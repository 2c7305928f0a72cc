/** A file of records as its manifest describes it. */
export interface RecordFile {
  path: string;
  format: "csv" | "parquet";
  delimiter: string;
}
