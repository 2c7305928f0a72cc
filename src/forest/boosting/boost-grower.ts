import { childKey } from "../grow/keyed-random.js";
import { markSides } from "../grow/mark-sides.js";
import type { ColumnShape } from "../loops/binned-matrix.js";
import type { HessianCode } from "../loops/hessian-code.js";
import { GROUP } from "../loops/loop-parts.js";
import { leafValue } from "../trees/leaf-value.js";
import type { Trees } from "../trees/tree.js";
import type { BoostSpace } from "./boost-space.js";
import { type BoostLimits, type BoostNode, type BoostSplit, boostingSplitter } from "./boost-splitter.js";
import type { GradientSums, RoundRows } from "./round-rows.js";

/** A boosted tree, and the entries that each of its leaves ends with. */
export interface BoostedTree {
  tree: Trees;
  leaves: { value: number; from: number; to: number }[];
}

/** How trees are grown. */
export interface GrowerInput {
  limits: BoostLimits;
  code: HessianCode;
  /** Orders of the levels of columns of many, renewed for each tree. */
  orders: RoundRows["orders"];
}

/**
 * Grows trees for gradients and hessians, the leaf with the largest gain first (Ke et al. 2017; gains as in Chen and Guestrin
 * 2016).
 *
 * The bins of one of two children are counted, those of the other are the parent's less these.
 */
export class BoostGrower {
  readonly #space: BoostSpace;
  readonly #limits: BoostLimits;
  readonly #side: Uint8Array;
  readonly #search: (node: BoostNode) => void;

  constructor(space: BoostSpace, columns: readonly ColumnShape[], { limits, code, orders }: GrowerInput) {
    this.#space = space;
    this.#limits = limits;
    this.#side = new Uint8Array(space.memory.buffer, space.sideAt, 256);
    this.#search = boostingSplitter(space, columns, limits, { code, orders });
  }

  /** Grows a tree on the first `size` entries, which are reordered; `sums` are those of all of them. */
  grow(size: number, key: number, sums: GradientSums): BoostedTree {
    const { maxLeaves, learningRate } = this.#limits;
    const { slots } = this.#space;
    const root = this.#newNode({ from: 0, to: size, depth: 0, key }, sums, { low: -Infinity, high: Infinity });
    const nodes = [root];
    const sets: number[] = [];
    this.#count(root);
    this.#search(root);
    const open = [root];
    const free = Array.from({ length: slots - 1 }, (_, i) => slots - 1 - i);
    for (let leaves = 2; leaves <= maxLeaves; leaves++) {
      const node = takeBest(open);
      if (!node?.split) break;
      const { split } = node;
      if (split.set) {
        split.split = -1 - sets.length / 8;
        sets.push(...split.set);
      }
      const [left, right] = this.#childrenOf(node, split, this.#partition(node, split));
      node.left = nodes.length;
      nodes.push(left, right);
      if (leaves === maxLeaves) break;
      const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
      const slot = free.pop();
      if (slot === undefined) throw new Error("no bins are free for another node");
      small.slot = slot;
      large.slot = node.slot;
      this.#count(small);
      this.#subtract(large, small);
      for (const child of [left, right]) {
        this.#search(child);
        open.push(child);
        // bins of a node that will not be split are free for another
        if (!child.split) free.push(child.slot);
      }
    }
    return treeOf(nodes, sets, learningRate);
  }

  #binsAt(node: BoostNode): number {
    return this.#space.binsAt + node.slot * this.#space.layout.size;
  }

  #count(node: BoostNode): void {
    const { loops, layout, codesAt, stride, entriesAt, pairsAt } = this.#space;
    const at = this.#binsAt(node);
    const [from, to] = [entriesAt + 4 * node.from, entriesAt + 4 * node.to];
    for (let g = 0; g < layout.groups.length; g++) {
      const group = layout.groups[g];
      loops.pairs(codesAt + g * GROUP, stride, from, to, pairsAt, at + group.at, group.mask);
    }
  }

  #subtract(from: BoostNode, what: BoostNode): void {
    const at = this.#binsAt(from);
    this.#space.loops.subtract(at, at + this.#space.layout.size, this.#binsAt(what));
  }

  /** Moves the entries that go left before those that go right; returns the border. */
  #partition({ from, to }: BoostNode, split: BoostSplit): number {
    const { loops, codesAt, stride, entriesAt, sideAt, spareAt } = this.#space;
    markSides(this.#side, split);
    const codes = codesAt + split.column;
    const end = loops.partition(codes, stride, entriesAt + 4 * from, entriesAt + 4 * to, sideAt, spareAt);
    return ((end >>> 0) - entriesAt) / 4;
  }

  /** The children of a node, whose entries are parted. */
  #childrenOf(node: BoostNode, split: BoostSplit, border: number): [left: BoostNode, right: BoostNode] {
    const { from, to, key, low, high } = node;
    const { l2, monotone } = this.#limits;
    const rest = {
      gradient: node.gradient - split.gradient,
      hessian: node.hessian - split.hessian,
      rows: node.rows - split.rows,
    };
    const sign = monotone[split.column];
    const middle =
      (leafValue(split.gradient, split.hessian, l2, low, high) +
        leafValue(rest.gradient, rest.hessian, l2, low, high)) /
      2;
    const depth = node.depth + 1;
    const below = { low, high: middle };
    const above = { low: middle, high };
    const [leftLimits, rightLimits] = sign > 0 ? [below, above] : sign < 0 ? [above, below] : [node, node];
    return [
      this.#newNode({ from, to: border, depth, key: childKey(key, 0) }, split, leftLimits),
      this.#newNode({ from: border, to, depth, key: childKey(key, 1) }, rest, rightLimits),
    ];
  }

  #newNode(
    { from, to, depth, key }: Pick<BoostNode, "from" | "to" | "depth" | "key">,
    { gradient, hessian, rows }: GradientSums,
    { low, high }: Pick<BoostNode, "low" | "high">,
  ): BoostNode {
    const value = leafValue(gradient, hessian, this.#limits.l2, low, high);
    return {
      from,
      to,
      rows,
      depth,
      key,
      gradient,
      hessian,
      low,
      high,
      value,
      slot: 0,
      gain: 0,
      split: undefined,
      left: 0,
    };
  }
}

/** Takes the node with the largest gain, the older of two equals; undefined where none can be split. */
function takeBest(open: BoostNode[]): BoostNode | undefined {
  let at = -1;
  for (let i = 0; i < open.length; i++) if (open[i].split && (at < 0 || open[i].gain > open[at].gain)) at = i;
  return at < 0 ? undefined : open.splice(at, 1)[0];
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
