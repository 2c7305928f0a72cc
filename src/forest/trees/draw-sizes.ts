import type { TreeValues } from "./tree-options.js";

/**
 * Number of columns drawn at a split; "sqrt" is rounded to the nearest: scikit-learn rounds down, Spark and YDF up, and of two
 * columns up is both, which is no draw. "log2" is rounded down.
 */
export function drawnColumns(maxFeatures: TreeValues["maxFeatures"], columns: number): number {
  if (maxFeatures === null) return columns;
  if (maxFeatures === "sqrt") return Math.max(1, Math.round(Math.sqrt(columns)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(columns)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * columns));
  return Math.min(columns, maxFeatures);
}

/** Number of rows drawn for a tree. */
export function drawnRows(maxSamples: TreeValues["maxSamples"], rows: number): number {
  if (maxSamples === null) return rows;
  return maxSamples < 1 ? Math.max(1, Math.round(maxSamples * rows)) : maxSamples;
}
