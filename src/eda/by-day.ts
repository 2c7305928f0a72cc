/** Sums and means of each column by day, every day between the first and the last included. */
export interface DailyTable {
  /** Days since 1970-01-01, rising by one. */
  days: Int32Array;
  /** Rows of each day. */
  rows: Float64Array;
  /** Sum of each column; NaN on days without a value, so that a gap is not taken for a zero. */
  sums: Record<string, Float64Array>;
  /** Mean of the values of each column; NaN on days without a value. */
  means: Record<string, Float64Array>;
}

/**
 * Sums columns by day.
 *
 * @param days day of each row, since 1970-01-01
 * @param columns numbers, one a row; NaN and infinities count as missing
 */
export function byDay(days: Int32Array, columns: Readonly<Record<string, ArrayLike<number>>>): DailyTable {
  let first = Infinity;
  let last = -Infinity;
  for (let i = 0; i < days.length; i++) {
    const day = days[i];
    if (day < first) first = day;
    if (day > last) last = day;
  }
  const n = days.length > 0 ? last - first + 1 : 0;
  const rows = new Float64Array(n);
  for (let i = 0; i < days.length; i++) rows[days[i] - first]++;
  const sums: Record<string, Float64Array> = {};
  const means: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(columns)) {
    const sum = new Float64Array(n);
    const count = new Float64Array(n);
    for (let i = 0; i < days.length; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) continue;
      const at = days[i] - first;
      sum[at] += value;
      count[at]++;
    }
    means[name] = sum.map((total, at) => (count[at] > 0 ? total / count[at] : Number.NaN));
    sums[name] = sum.map((total, at) => (count[at] > 0 ? total : Number.NaN));
  }
  return { days: Int32Array.from({ length: n }, (_, at) => first + at), rows, sums, means };
}
