import type { CommittedBatch, RejectedRow } from "../new-batch.js";
import type { Columns } from "../read-columns.js";

/** A batch as it goes into MySQL. */
export interface RowsOfBatch {
  batchId: number;
  columns: Columns;
  counts: Omit<CommittedBatch, "batch_id" | "written">;
  rejects: readonly RejectedRow[];
}
