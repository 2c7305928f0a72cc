import { numberNames } from "./number-names.js";

/** A mean difference with its 95 % interval. */
export interface Difference {
  value: number;
  low: number;
  high: number;
}

/**
 * Log loss of one column of probabilities less that of another on the same rows, in nats a row, with the interval of its
 * standard error by groups: the snapshots of a subscriber are not independent (Liang and Zeger 1986).
 *
 * @param label 0 or 1 a row
 * @param group of each row
 */
export function lossDifference(
  label: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  group: readonly string[],
): Difference {
  const rows = label.length;
  return groupedMean(
    Float64Array.from({ length: rows }, (_, i) => Math.log(label[i] ? b[i] / a[i] : (1 - b[i]) / (1 - a[i]))),
    group,
  );
}

/** The mean of values whose groups are independent, with its 95 % interval. */
export function groupedMean(values: ArrayLike<number>, group: readonly string[]): Difference {
  const rows = values.length;
  const { numbers, size } = numberNames(group);
  const sum = new Float64Array(size);
  const count = new Float64Array(size);
  for (let i = 0; i < rows; i++) {
    sum[numbers[i]] += values[i];
    count[numbers[i]]++;
  }
  const value = sum.reduce((total, each) => total + each, 0) / rows;
  const squares = sum.reduce((total, each, g) => total + (each - count[g] * value) ** 2, 0);
  const half = (1.96 * Math.sqrt((squares * size) / Math.max(1, size - 1))) / rows;
  return { value, low: value - half, high: value + half };
}
