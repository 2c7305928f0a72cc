import { setSplit } from "../grow/category-set.js";
import { ColumnDraw } from "../grow/keyed-random.js";
import { limitedSearch } from "../grow/limited-search.js";
import type { NodeSplit } from "../grow/splitter.js";
import type { ColumnShape } from "../loops/binned-matrix.js";
import { NEXT_BIN } from "../loops/boost-bins.js";
import { LEAST_HESSIAN } from "../loops/boost-loop.js";
import type { HessianCode } from "../loops/hessian-code.js";
import { MISSING } from "../loops/missing.js";
import { lossReduction } from "../trees/leaf-value.js";
import type { BoostSpace } from "./boost-space.js";
import type { RoundRows } from "./round-rows.js";

/** Limits of a boosted tree. */
export interface BoostLimits {
  learningRate: number;
  maxLeaves: number;
  maxDepth: number;
  minSamplesLeaf: number;
  l2: number;
  /** Columns drawn at each node. */
  drawn: number;
  /** −1, 0 or 1 by column. */
  monotone: Int8Array;
}

/** A node of a growing tree. */
export interface BoostNode {
  from: number;
  to: number;
  /** Rows; one that counts as several counts as often. */
  rows: number;
  depth: number;
  key: number;
  gradient: number;
  hessian: number;
  /** Limits of the value that monotone columns leave. */
  low: number;
  high: number;
  value: number;
  /** Which bins hold the sums of this node. */
  slot: number;
  gain: number;
  split: BoostSplit | undefined;
  /** Number of the left child, 0 while there is none. */
  left: number;
}

/** A split, and the sums of its left side. */
export interface BoostSplit extends Omit<NodeSplit, "impurity" | "sums"> {
  gradient: number;
  hessian: number;
  rows: number;
}

/** Bytes that a search needs beside the bins, a multiple of 16. */
export const searchBytes = (columns: number): number =>
  columns * (RANKED + COLUMN) + OUT + NODE + Math.ceil(columns / 4) * 16;
const RANKED = 256 * NEXT_BIN;
const COLUMN = 16;
const OUT = 5 * 8;
const NODE = 11 * 8;

/** Gives a function that looks for the best split of a node and leaves it there. */
export function boostingSplitter(
  { loops, memory, layout, binsAt, searchAt }: BoostSpace,
  columns: readonly ColumnShape[],
  { l2, minSamplesLeaf, maxDepth, monotone, drawn }: BoostLimits,
  { code: { count, unit }, orders }: { code: HessianCode; orders: RoundRows["orders"] },
): (node: BoostNode) => void {
  const outAt = searchAt + columns.length * RANKED;
  const nodeAt = outAt + OUT;
  const tableAt = nodeAt + NODE;
  const orderAt = tableAt + columns.length * COLUMN;
  const numbers = new Float64Array(memory.buffer);
  const integers = new Int32Array(memory.buffer);
  const rankedAt = (column: number) => (columns[column].categorical ? searchAt + column * RANKED : 0);
  columns.forEach(({ count }, j) => {
    integers.set([layout.starts[j], count, layout.missing[j], rankedAt(j)], (tableAt + j * COLUMN) / 4);
  });
  const draw = new ColumnDraw(columns.length);
  const order = integers.subarray(orderAt / 4, orderAt / 4 + drawn);
  const given = numbers.subarray(nodeAt / 8, nodeAt / 8 + 11);
  given[3] = 0;
  given.set([minSamplesLeaf, l2, count, unit], 5);
  const found = numbers.subarray(outAt / 8, outAt / 8 + 5);
  const foundAt = integers.subarray(outAt / 4 + 8, outAt / 4 + 10);
  const search = monotone.some((sign) => sign !== 0) ? limitedSearch(numbers, integers, monotone) : loops.search;
  const { rank } = loops;
  const codes = new Int32Array(256);

  /** What `rank` does, in an order that is given. */
  const place = (slotAt: number, j: number, fixed: Int32Array): number => {
    let to = rankedAt(j) / 8;
    for (const level of fixed) {
      const at = level === MISSING ? layout.missing[j] : layout.starts[j] + level * NEXT_BIN;
      if (level !== MISSING && level >= columns[j].count) continue;
      const coded = numbers[(slotAt + at) / 8 + 1];
      if (coded === 0) continue;
      numbers[to] = numbers[(slotAt + at) / 8];
      numbers[to + 1] = coded;
      integers[2 * to + 6] = level;
      to += NEXT_BIN / 8;
    }
    return (to - rankedAt(j) / 8) / (NEXT_BIN / 8);
  };

  return (node) => {
    node.split = undefined;
    node.gain = 0;
    const { rows } = node;
    if (node.depth >= maxDepth || rows < 2 * minSamplesLeaf || node.hessian < LEAST_HESSIAN) return;
    given[0] = node.gradient;
    given[1] = node.hessian;
    given[2] = lossReduction(node.gradient, node.hessian, l2, node.value);
    given[4] = rows;
    given[9] = node.low;
    given[10] = node.high;
    const slotAt = binsAt + node.slot * layout.size;
    draw.start(node.key);
    draw.drawTo(drawn);
    for (let i = 0; i < drawn; i++) {
      const j = draw.order[i];
      order[i] = j;
      const { categorical, count } = columns[j];
      if (!categorical) continue;
      const fixed = orders[j];
      const used = fixed
        ? place(slotAt, j, fixed)
        : rank(slotAt + layout.starts[j], count, slotAt + layout.missing[j], rankedAt(j), nodeAt);
      integers[(tableAt + j * COLUMN) / 4 + 1] = used - 1;
    }
    const column = search(orderAt, orderAt + 4 * drawn, tableAt, slotAt, nodeAt, outAt);
    if (column < 0 || found[0] < 1e-10) return;
    node.gain = found[0];
    const mostLeft = 2 * found[3] >= rows;
    const hasMissing = numbers[(slotAt + layout.missing[column]) / 8 + 1] > 0;
    node.split = {
      column,
      split: foundAt[0],
      missingLeft: (hasMissing ? foundAt[1] === 1 : mostLeft) ? 1 : 0,
      set: undefined,
      gradient: found[1],
      hessian: found[2],
      rows: found[3],
    };
    if (columns[column].categorical) {
      const used = integers[(tableAt + column * COLUMN) / 4 + 1] + 1;
      for (let k = 0; k < used; k++) codes[k] = integers[(rankedAt(column) + k * NEXT_BIN) / 4 + 6];
      setSplit(node.split, codes, used, foundAt[0], mostLeft);
    }
  };
}
