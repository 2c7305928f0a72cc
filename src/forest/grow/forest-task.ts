import type { ColumnShape } from "../loops/binned-matrix.js";
import type { RowWeights } from "../trees/row-weights.js";
import type { ForestSettings } from "../trees/tree-options.js";

/** All that a thread needs to grow any tree of a forest; plain data, so that it can be sent to a worker. */
export interface ForestTask {
  columns: readonly ColumnShape[];
  /** Rows of the matrix that are learnt from. */
  rows: Int32Array;
  /** Class by row of the matrix, or number when `classes` is 0. */
  y: Uint8Array | Float64Array;
  classes: number;
  /** What rows weigh, when they do; more than 0 each. */
  weights: RowWeights | undefined;
  settings: ForestSettings;
}
