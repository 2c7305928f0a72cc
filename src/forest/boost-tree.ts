import type { ColumnShape } from "./binned-matrix.js";
import type { BoostBins } from "./boost-bins.js";
import { type BoostLimits, type BoostNode, type BoostSplit, boostSplitter } from "./boost-split.js";
import { childKey } from "./draws.js";
import type { HessianCode } from "./hessian-code.js";
import type { Kernel } from "./kernel.js";
import { GROUP } from "./kernel-parts.js";
import { leafValue } from "./leaf-value.js";
import { MISSING } from "./missing.js";
import type { Trees } from "./tree.js";
import type { WasmMemory } from "./wasm-assembler.js";

/** Where a boosted tree is grown; addresses are in bytes. */
export interface BoostSpace {
  kernel: Kernel;
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
  const numbers = new Float64Array(buffer);
  const side = new Uint8Array(buffer, space.sideAt, 256);
  const search = boostSplitter(space, columns, limits, code);
  const startOf = (node: BoostNode) => space.binsAt + node.slot * layout.size;

  function count(node: BoostNode): void {
    const at = startOf(node);
    numbers.fill(0, at / 8, (at + layout.size) / 8);
    const [from, to] = [entriesAt + 4 * node.from, entriesAt + 4 * node.to];
    for (let g = 0; g < layout.groups.length; g++) {
      const group = layout.groups[g]!;
      kernel.pairs(space.codesAt + g * GROUP, stride, from, to, space.pairsAt, at + group.at, group.mask);
    }
  }

  function subtract(from: BoostNode, what: BoostNode): void {
    kernel.subtract(startOf(from), startOf(from) + layout.size, startOf(what));
  }

  function partition(node: BoostNode, { column, set, split, missingLeft }: BoostSplit): number {
    // the mark of "right" is the size of an entry, by which the kernel moves on
    if (set) for (let c = 0; c < MISSING; c++) side[c] = (set[c >> 5]! >>> (c & 31)) & 1 ? 0 : 4;
    else side.fill(4, split + 1).fill(0, 0, split + 1);
    side[MISSING] = missingLeft ? 0 : 4;
    const [from, to] = [entriesAt + 4 * node.from, entriesAt + 4 * node.to];
    const end = kernel.partition(space.codesAt + column, stride, from, to, space.sideAt, space.spareAt);
    return ((end >>> 0) - entriesAt) / 4;
  }

  /** Grows a tree on the first `size` entries, which are reordered. */
  return (size: number, key: number, gradient: number, hessian: number): BoostedTree => {
    const nodes: { column: number; split: number; missingLeft: number; left: number; node: BoostNode }[] = [];
    const sets: number[] = [];
    const add = (node: BoostNode) => {
      nodes.push({ column: -1, split: 0, missingLeft: 0, left: 0, node });
    };
    const newNode = (parent: Partial<BoostNode>, g: number, h: number, low: number, high: number): BoostNode =>
      ({
        index: nodes.length,
        low,
        high,
        gradient: g,
        hessian: h,
        value: leafValue(g, h, l2, low, high),
        gain: 0,
        split: undefined,
        ...parent,
      }) as BoostNode;
    const root = newNode({ from: 0, to: size, depth: 0, key, slot: 0 }, gradient, hessian, -Infinity, Infinity);
    add(root);
    count(root);
    search(root);
    const open = [root];
    const free = Array.from({ length: slots - 1 }, (_, i) => slots - 1 - i);
    let leaves = 1;
    while (leaves < limits.maxLeaves) {
      let at = -1;
      for (let i = 0; i < open.length; i++) if (open[i]!.split && (at < 0 || open[i]!.gain > open[at]!.gain)) at = i;
      if (at < 0) break;
      const [node] = open.splice(at, 1) as [BoostNode];
      const split = node.split!;
      const border = partition(node, split);
      leaves++;
      const record = nodes[node.index]!;
      record.column = split.column;
      record.missingLeft = split.missingLeft;
      record.left = nodes.length;
      record.split = split.set ? -1 - sets.length / 8 : split.split;
      if (split.set) sets.push(...split.set);
      const rightGradient = node.gradient - split.gradient;
      const rightHessian = node.hessian - split.hessian;
      const sign = monotone[split.column]!;
      const middle =
        (leafValue(split.gradient, split.hessian, l2, node.low, node.high) +
          leafValue(rightGradient, rightHessian, l2, node.low, node.high)) /
        2;
      const [leftLow, leftHigh] =
        sign === 1 ? [node.low, middle] : sign === -1 ? [middle, node.high] : [node.low, node.high];
      const [rightLow, rightHigh] =
        sign === 1 ? [middle, node.high] : sign === -1 ? [node.low, middle] : [node.low, node.high];
      const depth = node.depth + 1;
      const left = newNode(
        { from: node.from, to: border, depth, key: childKey(node.key, 0) },
        split.gradient,
        split.hessian,
        leftLow,
        leftHigh,
      );
      add(left);
      const right = newNode(
        { from: border, to: node.to, depth, key: childKey(node.key, 1) },
        rightGradient,
        rightHessian,
        rightLow,
        rightHigh,
      );
      add(right);
      const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
      if (leaves < limits.maxLeaves) {
        small.slot = free.pop()!;
        large.slot = node.slot;
        count(small);
        subtract(large, small);
        for (const child of [left, right]) {
          search(child);
          open.push(child);
        }
        // bins of a node that will not be split are free for another
        for (const child of [left, right]) if (!child.split) free.push(child.slot);
      }
    }
    const rate = limits.learningRate;
    return {
      tree: {
        offsets: Int32Array.of(0, nodes.length),
        column: Int32Array.from(nodes, ({ column }) => column),
        split: Int32Array.from(nodes, ({ split }) => split),
        missingLeft: Uint8Array.from(nodes, ({ missingLeft }) => missingLeft),
        left: Int32Array.from(nodes, ({ left }) => left),
        cover: Float64Array.from(nodes, ({ node }) => node.hessian),
        value: Float64Array.from(nodes, ({ node }) => node.value * rate),
        outputs: 1,
        sets: Uint32Array.from(sets),
      },
      leaves: nodes
        .filter(({ column }) => column < 0)
        .map(({ node }) => ({ value: node.value * rate, from: node.from, to: node.to })),
    };
  };
}
