import type { Column, ColumnInput } from "./column.js";

/**
 * A table to watch: one row a prediction.
 *
 * Only what a calculation needs has to be there: drift needs `columns`, realized performance needs `yTrue` and a score or
 * a predicted class. Times are ISO 8601 texts, `Date`s or milliseconds since 1970 (UTC). Missing values are NaN or null.
 */
export interface MonitoredTable {
  readonly timestamp?: ArrayLike<number | string | Date | null | undefined>;
  /** Whether times given as numbers came with a zone; texts say so themselves. */
  readonly zone?: "naive" | "utc";
  /** Breaks ties between rows of the same time, so that the order of the rows in a file does not matter. */
  readonly identifier?: ColumnInput;
  /** The score of class 1, between 0 and 1. */
  readonly yPredProba?: ColumnInput;
  /** The predicted class, 0 or 1. */
  readonly yPred?: ColumnInput;
  /** What came true, 0 or 1; NaN or null while it is not known. */
  readonly yTrue?: ColumnInput;
  /** What the three columns above are called in results, where not `y_pred_proba`, `y_pred`, `y_true`. */
  readonly names?: { readonly yPredProba?: string; readonly yPred?: string; readonly yTrue?: string };
  /** Features and anything else, by name. The names `y_pred_proba`, `y_pred`, `y_true` mean the three above. */
  readonly columns?: Readonly<Record<string, ColumnInput>>;
}

/** A checked table whose rows are in time order: what the calculations read. */
export interface OrderedTable {
  readonly rows: number;
  /** Milliseconds since 1970 (UTC), ascending, NaN last; undefined without a time column. */
  readonly time: Float64Array | undefined;
  readonly zone: "naive" | "utc" | undefined;
  readonly score: Float64Array | undefined;
  readonly predicted: Float64Array | undefined;
  readonly truth: Float64Array | undefined;
  /** The row of the caller's table at each place, or undefined when the order did not change. */
  readonly order: Uint32Array | undefined;
  readonly columns: ReadonlyMap<string, Column>;
  /** The names of the score, the predicted class and the label among the columns. */
  readonly names: { readonly score?: string; readonly predicted?: string; readonly truth?: string };
  /** What one calculator has computed of this table and another may use. */
  readonly shared: Map<string, unknown>;
  /** What a reader should know about this table: rows without a time, and the like. */
  readonly warnings: readonly string[];
}
