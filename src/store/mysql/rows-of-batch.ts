import type { CommittedBatch, RejectedRow } from "../new-batch.js";
import type { Columns } from "../read-columns.js";

/** A batch as it goes into MySQL. */
export interface RowsOfBatch {
  batchId: number;
  columns: Columns;
  counts: Omit<CommittedBatch, "batchId" | "written">;
  rejects: readonly RejectedRow[];
  /** What it changes beside its new rows. */
  changed?: ChangedRows;
}

/** Rows of several batches, and the batch of each. */
export interface RowsOfBatches {
  columns: Columns;
  batchIds: ArrayLike<number>;
}

/** What a batch changes beside its new rows. */
export interface ChangedRows {
  /** Rows of other batches that it added to or filled, as they are now. */
  rows: RowsOfBatches;
  /** What each batch brought to those rows: `added_records`. */
  added: RowsOfBatches;
}
