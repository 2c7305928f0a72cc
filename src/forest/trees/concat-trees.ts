import type { Trees } from "./tree.js";

/** Puts the trees of several parts one after the other. */
export function concatTrees(parts: readonly Trees[]): Trees {
  const outputs = parts[0]?.outputs ?? 1;
  let nodes = 0;
  let sets = 0;
  let trees = 0;
  for (const part of parts) {
    nodes += part.column.length;
    sets += part.sets.length;
    trees += part.offsets.length - 1;
  }
  const all: Trees = {
    offsets: new Int32Array(trees + 1),
    column: new Int32Array(nodes),
    split: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    cover: new Float64Array(nodes),
    value: new Float64Array(nodes * outputs),
    outputs,
    sets: new Uint32Array(sets),
  };
  let at = 0;
  let set = 0;
  let tree = 0;
  for (const part of parts) {
    const size = part.column.length;
    for (let t = 1; t < part.offsets.length; t++) all.offsets[++tree] = at + part.offsets[t];
    all.column.set(part.column, at);
    all.missingLeft.set(part.missingLeft, at);
    all.cover.set(part.cover, at);
    all.value.set(part.value, at * outputs);
    all.sets.set(part.sets, set);
    for (let i = 0; i < size; i++) {
      all.left[at + i] = part.column[i] < 0 ? 0 : part.left[i] + at;
      all.split[at + i] = part.split[i] < 0 ? part.split[i] - set / 8 : part.split[i];
    }
    at += size;
    set += part.sets.length;
  }
  return all;
}
