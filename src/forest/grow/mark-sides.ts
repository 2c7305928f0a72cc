import { MISSING } from "../loops/missing.js";
import type { NodeSplit } from "./splitter.js";

/** Bytes of an entry: the mark of a code that goes right, by which the loop of `partition` moves on. */
const RIGHT = 4;

/** Marks each code by the side that it goes to, for `partition`: 0 left, 4 right. */
export function markSides(
  side: Uint8Array,
  { set, split, missingLeft }: Pick<NodeSplit, "set" | "split" | "missingLeft">,
) {
  if (set) for (let code = 0; code < MISSING; code++) side[code] = (set[code >> 5] >>> (code & 31)) & 1 ? 0 : RIGHT;
  else side.fill(RIGHT, split + 1).fill(0, 0, split + 1);
  side[MISSING] = missingLeft ? 0 : RIGHT;
}
