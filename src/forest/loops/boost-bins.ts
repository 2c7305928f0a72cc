import type { ColumnShape } from "./binned-matrix.js";
import { GROUP } from "./loop-parts.js";

/** Bytes from a bin of a column to its next: pairs of gradient and coded hessian of eight columns side by side. */
export const NEXT_BIN = GROUP * 16;

/** Where the bins of a node lie; places are in bytes from their start. */
export interface BoostBins {
  /** Bytes of all bins. */
  readonly size: number;
  /** Eight columns each: where their bins start, and which bits of a code tell the bin. */
  readonly groups: readonly { readonly at: number; readonly mask: number }[];
  /** Start of each column's bins. */
  readonly starts: Int32Array;
  /** The bin of each column's missing values: their code, 255, by its last bits. */
  readonly missing: Int32Array;
}

/**
 * Lays the bins of a node out without gaps, so that they stay in the cache nearest to the processor: 24 columns of 63 bins take
 * 24 kB. A group of columns has as many bins as is the power of two above its largest number of values.
 */
export function boostBins(columns: readonly ColumnShape[]): BoostBins {
  const groups: { at: number; mask: number }[] = [];
  const starts = new Int32Array(columns.length);
  const missing = new Int32Array(columns.length);
  let size = 0;
  for (let first = 0; first < columns.length; first += GROUP) {
    const most = Math.max(...columns.slice(first, first + GROUP).map(({ count }) => count));
    const mask = 2 ** Math.ceil(Math.log2(most + 1)) - 1;
    groups.push({ at: size, mask });
    for (let j = first; j < Math.min(first + GROUP, columns.length); j++) {
      starts[j] = size + (j - first) * 16;
      missing[j] = starts[j] + mask * NEXT_BIN;
    }
    size += (mask + 1) * NEXT_BIN;
  }
  return { size, groups, starts, missing };
}
