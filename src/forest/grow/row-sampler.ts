import { drawnRows } from "../trees/draw-sizes.js";
import type { ForestSettings } from "../trees/tree-options.js";
import { balancedSampler } from "./balanced-sampler.js";
import { drawRows } from "./keyed-random.js";

/**
 * Gives the function that draws the rows of a tree, as the settings of a forest say: by the key of the tree, as counts by
 * position.
 *
 * @param classOf class of the row at a position; asked only where the classes decide what is drawn
 */
export function rowSampler(
  { bootstrap, classWeight, maxSamples }: Pick<ForestSettings, "bootstrap" | "classWeight" | "maxSamples">,
  rows: number,
  classOf: (position: number) => number,
): (key: number, counts: Uint16Array) => void {
  if (classWeight === "balanced_bootstrap")
    return balancedSampler(Uint8Array.from({ length: rows }, (_, i) => classOf(i)));
  const size = drawnRows(maxSamples, rows);
  return (key, counts) => drawRows(key, rows, size, bootstrap, counts);
}
