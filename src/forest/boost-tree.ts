import type { ColumnShape } from "./bin.js";
import { setSplit } from "./category-set.js";
import { ColumnDraw, childKey } from "./draws.js";
import type { Kernel } from "./kernel.js";
import { MISSING } from "./missing.js";
import type { Split } from "./split-finder.js";
import type { Trees } from "./tree.js";
import type { WasmMemory } from "./wasm-assembler.js";

/** Bytes of the bins of one column: 256 pairs of gradient and hessian. */
export const PAIRS_BYTES = 4096;
/** Hessian that a split needs, as in scikit-learn. */
const LEAST_HESSIAN = 1e-3;
/** What the rate of a category is smoothed by when categories are ordered, as in LightGBM. */
const SMOOTHING = 10;

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

/** Where a boosted tree is grown; addresses are in bytes. */
export interface BoostSpace {
  kernel: Kernel;
  memory: WasmMemory;
  codesAt: number;
  stride: number;
  entriesAt: number;
  spareAt: number;
  sideAt: number;
  /** Gradient and hessian of each row of the matrix. */
  pairsAt: number;
  /** Bins of all columns, of as many nodes as `slots`: one more than there can be leaves. */
  binsAt: number;
  slots: number;
}

/** A boosted tree, and the entries that each of its leaves ends with. */
export interface BoostedTree {
  tree: Trees;
  leaves: { value: number; from: number; to: number }[];
}

interface Node {
  index: number;
  from: number;
  to: number;
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
  split: (Split & { gradient: number; hessian: number }) | undefined;
}

/**
 * Gives a function that grows a tree for gradients and hessians, the leaf with the largest gain first (Ke et al. 2017;
 * gains as in Chen and Guestrin 2016).
 *
 * The bins of one of two children are counted, those of the other are the parent's less these.
 */
export function boostGrower(space: BoostSpace, columns: readonly ColumnShape[], limits: BoostLimits) {
  const { kernel, stride, entriesAt, slots } = space;
  const { buffer } = space.memory;
  const { l2, minSamplesLeaf, monotone } = limits;
  const width = columns.length;
  const slotBytes = stride * PAIRS_BYTES;
  const draw = new ColumnDraw(width);
  const side = new Uint8Array(buffer, space.sideAt, 256);
  const bins = new Float64Array(buffer, space.binsAt, (slots * slotBytes) / 8);
  const order = new Int32Array(256);
  const constrained = monotone.some((sign) => sign !== 0);

  function count(node: Node): void {
    const at = space.binsAt + node.slot * slotBytes;
    bins.fill(0, (node.slot * slotBytes) / 8, ((node.slot + 1) * slotBytes) / 8);
    for (let j = 0; j < width; j += 8) {
      const codes = space.codesAt + j;
      const target = at + j * PAIRS_BYTES;
      kernel.pairs(codes, stride, entriesAt + 4 * node.from, entriesAt + 4 * node.to, space.pairsAt, target);
    }
  }

  const bestValue = (gradient: number, hessian: number, low: number, high: number) =>
    Math.min(high, Math.max(low, -gradient / (hessian + l2)));
  /** Twice the loss that a value saves; G² / (H + λ) where no limit holds. */
  const saved = (gradient: number, hessian: number, value: number) => -value * (2 * gradient + (hessian + l2) * value);

  /** Looks for the best split of a node and leaves it there. */
  function search(node: Node): void {
    const { gradient, hessian, low, high } = node;
    node.split = undefined;
    node.gain = 0;
    const rows = node.to - node.from;
    if (node.depth >= limits.maxDepth || rows < 2 * minSamplesLeaf || hessian < LEAST_HESSIAN) return;
    const own = saved(gradient, hessian, node.value);
    const fewest = Math.max(LEAST_HESSIAN, (hessian * (minSamplesLeaf - 0.5)) / rows);
    const best = {
      column: -1,
      split: 0,
      missingLeft: 0 as 0 | 1,
      set: undefined,
      impurity: 0,
      sums: new Float64Array(2),
    };
    const found = best as Split;
    let leftGradient = 0;
    let leftHessian = 0;
    let sign = 0;
    const gainHere = (): number => {
      const rightGradient = gradient - leftGradient;
      const rightHessian = hessian - leftHessian;
      if (leftHessian < fewest || rightHessian < fewest) return -1;
      if (!constrained) {
        const left = (leftGradient * leftGradient) / (leftHessian + l2);
        return left + (rightGradient * rightGradient) / (rightHessian + l2) - own;
      }
      const left = bestValue(leftGradient, leftHessian, low, high);
      const right = bestValue(rightGradient, rightHessian, low, high);
      if (sign * (right - left) < 0) return -1;
      return saved(leftGradient, leftHessian, left) + saved(rightGradient, rightHessian, right) - own;
    };
    const keep = (column: number, gain: number) => {
      node.gain = gain;
      found.column = column;
      found.sums[0] = leftGradient;
      found.sums[1] = leftHessian;
    };
    draw.start(node.key);
    draw.drawTo(limits.drawn);
    for (let i = 0; i < limits.drawn; i++) {
      const column = draw.order[i]!;
      const { count: size, categorical } = columns[column]!;
      const at = (node.slot * slotBytes + column * PAIRS_BYTES) / 8;
      const missing = bins[at + 2 * MISSING + 1]! > 0;
      sign = monotone[column]!;
      if (categorical) {
        let used = 0;
        for (let c = 0; c < 256; c++) if (bins[at + 2 * c + 1]! > 0) order[used++] = c;
        const rate = (c: number) => bins[at + 2 * c]! / (bins[at + 2 * c + 1]! + SMOOTHING);
        order.subarray(0, used).sort((a, b) => rate(a) - rate(b) || a - b);
        leftGradient = 0;
        leftHessian = 0;
        for (let k = 0; k < used - 1; k++) {
          leftGradient += bins[at + 2 * order[k]!]!;
          leftHessian += bins[at + 2 * order[k]! + 1]!;
          const gain = gainHere();
          if (gain <= node.gain) continue;
          keep(column, gain);
          setSplit(found, order, used, k, 2 * leftHessian >= hessian);
        }
        continue;
      }
      for (let missingLeft: 0 | 1 = 0; missingLeft <= (missing ? 1 : 0); missingLeft++) {
        leftGradient = missingLeft ? bins[at + 2 * MISSING]! : 0;
        leftHessian = missingLeft ? bins[at + 2 * MISSING + 1]! : 0;
        for (let c = 0; c < size; c++) {
          const own = bins[at + 2 * c + 1]!;
          if (own === 0) continue;
          leftGradient += bins[at + 2 * c]!;
          leftHessian += own;
          const gain = gainHere();
          if (gain <= node.gain) continue;
          keep(column, gain);
          found.set = undefined;
          found.split = c;
          found.missingLeft = (missing ? missingLeft : 2 * leftHessian >= hessian ? 1 : 0) as 0 | 1;
        }
      }
    }
    if (found.column < 0 || node.gain < 1e-10) return;
    node.split = { ...found, gradient: found.sums[0]!, hessian: found.sums[1]! };
  }

  function partition(node: Node, { column, set, split, missingLeft }: Split): number {
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
    const nodes: { column: number; split: number; missingLeft: number; left: number; node: Node }[] = [];
    const sets: number[] = [];
    const add = (node: Node) => {
      nodes.push({ column: -1, split: 0, missingLeft: 0, left: 0, node });
    };
    const newNode = (parent: Partial<Node>, g: number, h: number, low: number, high: number): Node =>
      ({
        index: nodes.length,
        low,
        high,
        gradient: g,
        hessian: h,
        value: bestValue(g, h, low, high),
        gain: 0,
        split: undefined,
        ...parent,
      }) as Node;
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
      const [node] = open.splice(at, 1) as [Node];
      const split = node.split!;
      const border = partition(node, split);
      if (border === node.from || border === node.to) {
        // sums that cancelled had a side without rows
        node.split = undefined;
        open.push(node);
        continue;
      }
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
        (bestValue(split.gradient, split.hessian, node.low, node.high) +
          bestValue(rightGradient, rightHessian, node.low, node.high)) /
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
        const start = space.binsAt + large.slot * slotBytes;
        kernel.subtract(start, start + slotBytes, space.binsAt + small.slot * slotBytes);
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
