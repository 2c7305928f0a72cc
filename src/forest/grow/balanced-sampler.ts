import { drawRows } from "./keyed-random.js";

/**
 * Gives a function that draws the rows of a tree as counts by position: with replacement, and as many of each class as the
 * rarest has (the balanced forest of Chen, Liaw and Breiman 2004).
 *
 * @param classOf class of the row at each position
 */
export function balancedSampler(classOf: ArrayLike<number>): (key: number, counts: Uint16Array) => void {
  const positions: number[][] = [];
  for (let i = 0; i < classOf.length; i++) {
    positions[classOf[i]] ??= [];
    positions[classOf[i]].push(i);
  }
  const present = positions.flatMap((of, k) => (of ? [{ of, k, drawn: new Uint16Array(of.length) }] : []));
  const fewest = Math.min(...present.map(({ of }) => of.length));
  return (key, counts) => {
    counts.fill(0);
    for (const { of, k, drawn } of present) {
      // each class has numbers of its own
      drawRows((key + Math.imul(k, 0x9e3779b1)) | 0, of.length, fewest, true, drawn);
      for (let i = 0; i < of.length; i++) counts[of[i]] = drawn[i];
    }
  };
}
