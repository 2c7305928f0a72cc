import { quantiles } from "./summarize.js";
import type { Tally } from "./tally.js";
import { wilsonInterval } from "./wilson-interval.js";

/** Rows whose values lie between two quantiles, and how many of them churned. */
export interface RateGroup {
  /** Smallest and largest value of the group. */
  from: number;
  to: number;
  mean: number;
  /** Rows with a known label. */
  n: number;
  churned: number;
  rate: number;
  /** Limits of a 95 % interval (Wilson), as if rows were independent. */
  low: number;
  high: number;
}

/**
 * Cuts a column at its quantiles and takes the churn rate of each group.
 *
 * A value belongs below the first quantile that is not smaller; where many values are equal, groups merge, so that the zeros of
 * a column are one group. Rows without a label are left out.
 *
 * @param groups how many at most
 */
export function churnRates(tally: Tally, groups = 10): RateGroup[] {
  const { values, stayed, churned } = tally;
  const rows = stayed.map((count, v) => count + churned[v]!);
  const shares = Array.from({ length: groups }, (_, g) => (g + 1) / groups);
  const result: RateGroup[] = [];
  let v = 0;
  for (const cut of quantiles({ values, rows }, shares)) {
    let [n, ones, sum, from, to] = [0, 0, 0, Number.NaN, Number.NaN];
    for (; v < values.length && values[v]! <= cut!; v++) {
      if (rows[v] === 0) continue;
      if (n === 0) from = values[v]!;
      to = values[v]!;
      n += rows[v]!;
      ones += churned[v]!;
      sum += rows[v]! * to;
    }
    if (n > 0) result.push({ from, to, mean: sum / n, n, churned: ones, rate: ones / n, ...wilsonInterval(ones, n)! });
  }
  return result;
}
