import type { ColumnBins } from "../loops/binned-matrix.js";

/** Whether two matrices are cut into the same bins. */
export function sameBins(a: readonly ColumnBins[], b: readonly ColumnBins[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((bins, j) => {
    const other = b[j];
    if (bins.count !== other.count || (bins.levels === undefined) !== (other.levels === undefined)) return false;
    if (bins.levels) return bins.levels.every((level, k) => level === other.levels?.[k]);
    return bins.edges.every((edge, k) => edge === other.edges[k]);
  });
}
