import { childKey } from "../grow/keyed-random.js";
import type { ColumnShape } from "../loops/binned-matrix.js";
import type { BoostBins } from "../loops/boost-bins.js";
import type { HessianCode } from "../loops/hessian-code.js";
import { GROUP } from "../loops/loop-parts.js";
import { MISSING } from "../loops/missing.js";
import type { WasmMemory } from "../loops/wasm-assembler.js";
import type { WasmLoops } from "../loops/wasm-loops.js";
import { leafValue } from "../trees/leaf-value.js";
import type { Trees } from "../trees/tree.js";
import { type BoostLimits, type BoostNode, type BoostSplit, boostingSplitter } from "./boost-splitter.js";

/** Where a boosted tree is grown; addresses are in bytes. */
export interface BoostSpace {
  kernel: WasmLoops;
  memory: WasmMemory;
  codesAt: number;
  stride: number;
  entriesAt: number;
  spareAt: number;
  sideAt: number;
  /** Gradient and coded hessian of each row of the matrix. */
  pairsAt: number;
  /** Bins of as many nodes as `slots`: one more than there can be leaves. */
  binsAt: number;
  layout: BoostBins;
  slots: number;
  /** What a search needs beside the bins: `searchBytes` of the columns. */
  searchAt: number;
}

/** A boosted tree, and the entries that each of its leaves ends with. */
export interface BoostedTree {
  tree: Trees;
  leaves: { value: number; from: number; to: number }[];
}

/**
 * Gives a function that grows a tree for gradients and hessians, the leaf with the largest gain first (Ke et al. 2017;
 * gains as in Chen and Guestrin 2016).
 *
 * The bins of one of two children are counted, those of the other are the parent's less these.
 */
export function boostGrower(
  space: BoostSpace,
  columns: readonly ColumnShape[],
  limits: BoostLimits,
  code: HessianCode,
) {
  const { kernel, layout, stride, entriesAt, slots } = space;
  const { buffer } = space.memory;
  const { l2, monotone } = limits;
  const side = new Uint8Array(buffer, space.sideAt, 256);
  const search = boostingSplitter(space, columns, limits, code);
  const startOf = (node: BoostNode) => space.binsAt + node.slot * layout.size;

  function count(node: BoostNode): void {
    const at = startOf(node);
    const [from, to] = [entriesAt + 4 * node.from, entriesAt + 4 * node.to];
    for (let g = 0; g < layout.groups.length; g++) {
      const group = layout.groups[g];
      kernel.pairs(space.codesAt + g * GROUP, stride, from, to, space.pairsAt, at + group.at, group.mask);
    }
  }

  function subtract(from: BoostNode, what: BoostNode): void {
    kernel.subtract(startOf(from), startOf(from) + layout.size, startOf(what));
  }

  function partition(node: BoostNode, { column, set, split, missingLeft }: BoostSplit): number {
    // the mark of "right" is the size of an entry, by which the kernel moves on
    if (set) for (let c = 0; c < MISSING; c++) side[c] = (set[c >> 5] >>> (c & 31)) & 1 ? 0 : 4;
    else side.fill(4, split + 1).fill(0, 0, split + 1);
    side[MISSING] = missingLeft ? 0 : 4;
    const [from, to] = [entriesAt + 4 * node.from, entriesAt + 4 * node.to];
    const end = kernel.partition(space.codesAt + column, stride, from, to, space.sideAt, space.spareAt);
    return ((end >>> 0) - entriesAt) / 4;
  }

  function newNode(
    from: number,
    to: number,
    depth: number,
    key: number,
    sums: Sums,
    low: number,
    high: number,
  ): BoostNode {
    const value = leafValue(sums.gradient, sums.hessian, l2, low, high);
    const { gradient, hessian } = sums;
    return { from, to, depth, key, gradient, hessian, low, high, value, slot: 0, gain: 0, split: undefined, left: 0 };
  }

  /** The children of a node, whose entries are parted. */
  function childrenOf(
    { from, to, depth, key, gradient, hessian, low, high }: BoostNode,
    split: BoostSplit,
    border: number,
  ) {
    const rest = { gradient: gradient - split.gradient, hessian: hessian - split.hessian };
    const sign = monotone[split.column];
    const middle =
      (leafValue(split.gradient, split.hessian, l2, low, high) +
        leafValue(rest.gradient, rest.hessian, l2, low, high)) /
      2;
    const [leftKey, rightKey] = [childKey(key, 0), childKey(key, 1)];
    return [
      newNode(from, border, depth + 1, leftKey, split, sign < 0 ? middle : low, sign > 0 ? middle : high),
      newNode(border, to, depth + 1, rightKey, rest, sign > 0 ? middle : low, sign < 0 ? middle : high),
    ] as const;
  }

  /** Grows a tree on the first `size` entries, which are reordered. */
  return (size: number, key: number, gradient: number, hessian: number): BoostedTree => {
    const root = newNode(0, size, 0, key, { gradient, hessian }, -Infinity, Infinity);
    const nodes = [root];
    const sets: number[] = [];
    count(root);
    search(root);
    const open = [root];
    const free = Array.from({ length: slots - 1 }, (_, i) => slots - 1 - i);
    for (let leaves = 2; leaves <= limits.maxLeaves; leaves++) {
      let at = -1;
      for (let i = 0; i < open.length; i++) if (open[i].split && (at < 0 || open[i].gain > open[at].gain)) at = i;
      if (at < 0) break;
      const [node] = open.splice(at, 1) as [BoostNode];
      const split = node.split!;
      if (split.set) {
        split.split = -1 - sets.length / 8;
        sets.push(...split.set);
      }
      const [left, right] = childrenOf(node, split, partition(node, split));
      node.left = nodes.length;
      nodes.push(left, right);
      if (leaves === limits.maxLeaves) break;
      const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
      small.slot = free.pop()!;
      large.slot = node.slot;
      count(small);
      subtract(large, small);
      for (const child of [left, right]) {
        search(child);
        open.push(child);
        // bins of a node that will not be split are free for another
        if (!child.split) free.push(child.slot);
      }
    }
    return treeOf(nodes, sets, limits.learningRate);
  };
}

/** The nodes as flat arrays. */
function treeOf(nodes: readonly BoostNode[], sets: readonly number[], rate: number): BoostedTree {
  const size = nodes.length;
  const leaves: BoostedTree["leaves"] = [];
  const tree: Trees = {
    offsets: Int32Array.of(0, size),
    column: new Int32Array(size).fill(-1),
    split: new Int32Array(size),
    missingLeft: new Uint8Array(size),
    left: new Int32Array(size),
    cover: new Float64Array(size),
    value: new Float64Array(size),
    outputs: 1,
    sets: Uint32Array.from(sets),
  };
  for (let i = 0; i < size; i++) {
    const { from, to, hessian, value, split, left } = nodes[i];
    tree.cover[i] = hessian;
    tree.value[i] = value * rate;
    if (left === 0 || !split) {
      leaves.push({ value: value * rate, from, to });
      continue;
    }
    tree.column[i] = split.column;
    tree.split[i] = split.split;
    tree.missingLeft[i] = split.missingLeft;
    tree.left[i] = left;
  }
  return { tree, leaves };
}

interface Sums {
  readonly gradient: number;
  readonly hessian: number;
}
