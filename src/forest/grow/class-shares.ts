import type { ForestTask } from "./forest-task.js";

/** Sum of the weights of the rows of each class, before the bootstrap. */
export function classSums({ rows, y, classes, weights }: ForestTask): number[] {
  const sums = new Array<number>(classes).fill(0);
  for (const row of rows) sums[y[row]] += weights ? weights.of[row] : 1;
  return sums;
}

/**
 * Share of each class in what a forest learns from, by the weights of classes; of two classes that of the second. Where a class
 * has no row, each counts one row more (Laplace), so that no share is 0 or 1.
 */
export function classShares(task: ForestTask): number[] {
  const { classWeight } = task.settings;
  const sums = classSums(task);
  const more = sums.some((sum) => sum === 0) ? 1 : 0;
  const weighed = sums.map((sum, k) => {
    if (classWeight === null) return sum + more;
    return typeof classWeight === "string" ? (sum + more) / (sum || 1) : (sum + more) * classWeight[k];
  });
  const total = weighed.reduce((sum, weight) => sum + weight, 0);
  const shares = weighed.map((weight) => weight / total);
  return shares.length === 2 ? [shares[1]] : shares;
}
