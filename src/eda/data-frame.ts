import { isMissing, readTable, type TableInput } from "../charts/table-head.js";
import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { random } from "../core/random.js";

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

/**
 * Makes a danfo DataFrame, the pandas-like view, of a random sample of rows in their order.
 *
 * A sample, since danfo takes rows one by one: `describe` of 200,000 rows × 9 columns takes two minutes. Days become texts,
 * missing numbers NaN; danfo's `describe` gives NaN for columns that have any.
 *
 * @param table an Arquero table, an array of rows, or an object of columns, where an Int32Array holds days since 1970-01-01
 * @param options.rows how many rows at most, 2,000 by default; `Infinity` for all
 * @param options.seed the same seed gives the same rows
 * @throws ChurnError BAD_INPUT for what is no table, or has no rows
 */
export async function dataFrame(
  table: TableInput,
  { rows = 2000, seed = 1 }: { rows?: number; seed?: number | string } = {},
): Promise<DataFrame> {
  const { numRows, names, value } = readTable(table);
  if (numRows === 0 || names.length === 0) {
    throw new ChurnError("BAD_INPUT", "the table has no rows", { hint: "danfo has no empty DataFrame" });
  }
  const chosen = sampleRows(numRows, rows, seed);
  const columns = names.map((name) => {
    const values = chosen.map((row) => value(name, row));
    const days = (table as Record<string, unknown>)[name] instanceof Int32Array;
    const texts = values.some((each) => typeof each === "string");
    return [name, values.map((each) => danfoValue(each, days, texts))];
  });
  const danfo = (await import("danfojs-node")).default;
  // TensorFlow.js prints a banner on stderr on first use, but not in production
  danfo.tensorflow.env().set("PROD", true);
  return new danfo.DataFrame(Object.fromEntries(columns)) as unknown as DataFrame;
}

function danfoValue(value: unknown, day: boolean, text: boolean): unknown {
  if (isMissing(value)) return text ? undefined : Number.NaN;
  if (day) return dateOf(Number(value));
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  return typeof value === "bigint" ? Number(value) : value;
}

/** Rows in rising order, each as likely as any other: selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S). */
function sampleRows(of: number, wanted: number, seed: number | string): number[] {
  const draws = random(seed);
  const chosen: number[] = [];
  const size = Math.min(of, wanted);
  for (let row = 0; chosen.length < size; row++) {
    if (draws.next() * (of - row) < size - chosen.length) chosen.push(row);
  }
  return chosen;
}
