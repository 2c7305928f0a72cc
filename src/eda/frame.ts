/** A danfo DataFrame, as far as a notebook needs it; danfo's other methods are there too, without types. */
export interface DataFrame {
  readonly shape: number[];
  readonly columns: string[];
  readonly index: (string | number)[];
  readonly dtypes: string[];
  readonly values: unknown;
  head(rows?: number): DataFrame;
  tail(rows?: number): DataFrame;
  /** Count, mean, deviation and extremes of the columns of numbers; its time grows with the square of the rows. */
  describe(): DataFrame;
  groupby(columns: string[]): GroupedFrame;
  column(name: string): DataSeries;
  loc(part: { rows?: unknown; columns?: string[] }): DataFrame;
  iloc(part: { rows?: unknown; columns?: unknown }): DataFrame;
  /** The rows for which a condition holds: `frame.query(frame.column("calls").gt(3))`. */
  query(condition: DataSeries): DataFrame;
  sortValues(column: string, options?: { ascending?: boolean }): DataFrame;
  /** Of each column with `axis: 0`, of each row with `axis: 1`, which is danfo's default; all columns must be numbers. */
  mean(options: { axis: 0 | 1 }): DataSeries;
  sum(options: { axis: 0 | 1 }): DataSeries;
  median(options: { axis: 0 | 1 }): DataSeries;
  std(options: { axis: 0 | 1 }): DataSeries;
  isNa(): DataFrame;
  dropNa(options?: { axis?: 0 | 1 }): DataFrame;
  /** Prints the first rows as text. */
  print(): void;
}

/** A danfo Series: one column. */
export interface DataSeries {
  readonly shape: number[];
  readonly columns: string[];
  readonly index: (string | number)[];
  readonly values: unknown;
  count(): number;
  sum(): number;
  mean(): number;
  median(): number;
  std(): number;
  min(): number;
  max(): number;
  valueCounts(): DataSeries;
  unique(): DataSeries;
  gt(other: number | DataSeries): DataSeries;
  lt(other: number | DataSeries): DataSeries;
  eq(other: number | string | DataSeries): DataSeries;
  print(): void;
}

/** Rows in groups; `col` chooses the columns that are then summed up. */
export interface GroupedFrame {
  col(columns: string[]): GroupedFrame;
  count(): DataFrame;
  sum(): DataFrame;
  mean(): DataFrame;
  min(): DataFrame;
  max(): DataFrame;
  std(): DataFrame;
}
