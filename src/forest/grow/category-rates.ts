import type { Workspace } from "../loops/workspace.js";
import type { ForestTask } from "./forest-task.js";

/** Rows by which the rate of a level in a node is drawn to its rate in all rows. */
const SMOOTHING = 100;

/** Sums of what is learnt, by code, of the categorical columns; for several classes one after the other. */
export interface CategoryRates {
  /**
   * What a level is ordered by in a node: its rate there, drawn to its rate in all rows.
   *
   * Many levels have few rows in a small node; ordered by these alone, levels of pure noise would part the classes best. Where
   * rows are many the order is the node's own, where they are few that of all rows (as `order` of ranger; Wright and König
   * 2019).
   *
   * @param sum of the label (or of one class) over the rows of the node with this code, of weight `weight`
   * @param k class, where there are more than two
   */
  smooth(column: number, code: number, sum: number, weight: number, k?: number): number;
}

/** Rates of the levels over all rows of a task; a mean where numbers are learnt. */
export function categoryRates({ columns, rows, y, classes }: ForestTask, space: Workspace): CategoryRates {
  const outputs = Math.max(1, classes > 2 ? classes : 1);
  const known = columns.map(({ categorical }, j) => (categorical ? ratesOf(j) : new Float64Array(0)));

  function ratesOf(column: number): Float64Array {
    const rates = new Float64Array(256 * outputs);
    const counts = new Float64Array(256);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const code = space.bytes[space.codesAt + row * space.stride + column];
      counts[code]++;
      if (outputs > 1) rates[code * outputs + y[row]]++;
      else rates[code] += y[row];
    }
    for (let at = 0; at < rates.length; at++) {
      const count = counts[Math.floor(at / outputs)];
      if (count > 0) rates[at] /= count;
    }
    return rates;
  }

  return {
    smooth: (column, code, sum, weight, k = 0) =>
      (sum + SMOOTHING * known[column][code * outputs + k]) / (weight + SMOOTHING),
  };
}
