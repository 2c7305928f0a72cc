/** Rows that were measured in a fold, fold after fold. */
export interface MeasuredRows {
  rows: Int32Array;
  /** 0 or 1 a row. */
  label: Uint8Array;
  /** The fold that each was measured in. */
  fold: Uint8Array;
  subscriber: string[];
}
