import { type Moments, moments } from "../../statistics/moments.js";
import { memoize } from "./order-table.js";
import type { OrderedTable } from "./table.js";

/** What measures start from where there is no value: NaN, which goes no further than a `RawMeasure`. */
const NO_MOMENTS: Moments = {
  n: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  sum: 0,
  mean: Number.NaN,
  squares: 0,
  fourths: 0,
};

/** Moments of values `from` … `to − 1`; without a value `n` is 0 and the mean NaN. */
export const momentsOrNaN = (values: Float64Array, from = 0, to = values.length): Moments =>
  moments(values, from, to) ?? NO_MOMENTS;

/** Moments of a column of a table, or of its rows `from` … `to − 1`, computed once. */
export const columnMoments = (
  table: OrderedTable,
  name: string,
  values: Float64Array,
  from = 0,
  to = values.length,
): Moments => memoize(table, `moments of ${name}, ${from} ${to}`, () => momentsOrNaN(values, from, to));
