import type { Forest } from "../model/forest.js";
import { floorFloat } from "./floor-float.js";

/** Largest 32-bit float, and the least that has all its digits. */
const MOST_FLOAT = 3.4028234663852886e38;
const LEAST_FLOAT = 2 ** -126;
/** Beyond this not every whole number is a 32-bit float. */
const MOST_WHOLE = 2 ** 24;
/** Steps of a float that two neighbouring edges are apart at least, so that the values around them are told apart. */
const STEPS = 8;

/**
 * Names the columns whose values 32-bit floats do not hold well enough: a row could go to another side of a split by them.
 *
 * It is told from the edges of the bins: some lie beyond the range of floats, or so near to each other, or so far from 0 where a
 * column has but one, that a float has few digits left for what lies between them.
 */
export function narrowColumns({ names, columns }: Pick<Forest, "names" | "columns">): string[] {
  return names.filter((_, j) => !columns[j].levels && isNarrow(columns[j].edges));
}

function isNarrow(edges: Float64Array): boolean {
  for (let i = 0; i < edges.length; i++) {
    const size = Math.abs(edges[i]);
    if (size === 0 || size === Number.POSITIVE_INFINITY) continue;
    if (size > MOST_FLOAT || size < LEAST_FLOAT) return true;
    const before = i > 0 ? edges[i] - edges[i - 1] : Number.POSITIVE_INFINITY;
    const after = i + 1 < edges.length ? edges[i + 1] - edges[i] : Number.POSITIVE_INFINITY;
    const apart = Math.min(before, after);
    if (apart < STEPS * stepOf(size)) return true;
    if (edges.length === 1 && size >= MOST_WHOLE) return true;
  }
  return false;
}

/** How far the 32-bit float at or below a number is from the next one below. */
function stepOf(size: number): number {
  const at = floorFloat(size);
  return at - floorFloat(at - at * 2 ** -25);
}
