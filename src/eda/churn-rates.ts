import { quantiles } from "../statistics/quantile.js";
import { wilsonInterval } from "../statistics/wilson-interval.js";
import type { Tally } from "./tally.js";

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
 * a column are one group, and what they leave of their last tenth, if it is less than half of one, joins the next group. Rows
 * without a label are left out.
 *
 * @param groups how many at most
 */
export function churnRates(tally: Tally, groups = 10): RateGroup[] {
  const { values, stayed, churned } = tally;
  const rows = stayed.map((count, v) => count + churned[v]);
  const least = rows.reduce((sum, count) => sum + count, 0) / groups / 2;
  const shares = Array.from({ length: groups }, (_, g) => (g + 1) / groups);
  const result: RateGroup[] = [];
  let open: Sum | undefined;
  let v = 0;
  for (const cut of quantiles(values, shares, rows) ?? []) {
    for (; v < values.length && values[v] <= cut; v++) {
      if (rows[v] === 0) continue;
      open ??= { from: values[v], to: 0, n: 0, churned: 0, sum: 0 };
      open.to = values[v];
      open.n += rows[v];
      open.churned += churned[v];
      open.sum += rows[v] * values[v];
    }
    if (open && open.n >= least) {
      result.push(close(open));
      open = undefined;
    }
  }
  return open ? [...result, close(open)] : result;
}

interface Sum {
  from: number;
  to: number;
  n: number;
  churned: number;
  sum: number;
}

function close({ from, to, n, churned, sum }: Sum): RateGroup {
  const rate = churned / n;
  return { from, to, mean: sum / n, n, churned, rate, ...(wilsonInterval(churned, n) ?? { low: rate, high: rate }) };
}
