import type { ColumnShape } from "../loops/binned-matrix.js";
import { MISSING } from "../loops/missing.js";
import type { Workspace } from "../loops/workspace.js";
import type { Trees } from "../trees/tree.js";
import { ColumnDraw, childKey } from "./keyed-random.js";
import { NodeList } from "./node-list.js";
import type { NodeRows, NodeSplit, Splitter } from "./splitter.js";

/** Limits of one tree. */
export interface TreeLimits {
  maxDepth: number;
  minSamplesSplit: number;
  maxLeaves: number;
  /** Columns drawn at each node. */
  drawn: number;
}

/** A node that waits to be split. */
interface Open extends NodeRows {
  node: number;
  depth: number;
  key: number;
  gain: number;
  split: NodeSplit | undefined;
}

/**
 * Gives a function that grows a tree on the first `size` entries of the workspace, which are reordered.
 *
 * Without a limit of leaves the left branch is grown first. A subtree of few rows then works on a copy of its codes, so
 * that it does not reach all over the matrix.
 */
export function treeGrower(
  space: Workspace,
  columns: readonly ColumnShape[],
  finder: Splitter,
  limits: TreeLimits,
): (size: number, key: number) => Trees {
  const { kernel, side, stride } = space;
  const width = columns.length;
  const draw = new ColumnDraw(width);
  const nodes = new NodeList(finder);
  const bestFirst = Number.isFinite(limits.maxLeaves);
  const [localRows, middleRows] = finder.local && !bestFirst ? [space.localRows, space.middleRows] : [0, 0];

  function findSplit(node: number, rows: NodeRows, key: number): NodeSplit | undefined {
    const best = newSplit(finder.width);
    draw.start(key);
    let first = 0;
    let last = limits.drawn;
    // as in scikit-learn, a node is not given up because the drawn columns are constant in it
    while (first < width && best.column < 0) {
      draw.drawTo(last);
      finder.find(rows, nodes.sums, node * finder.width, draw.order, first, last, best);
      first = last++;
    }
    return best.column < 0 ? undefined : best;
  }

  /** Moves the entries that go left before those that go right, each in their order; returns the border. */
  function partition({ codesAt, from, to }: NodeRows, { column, set, split, missingLeft }: NodeSplit): number {
    // the mark of "right" is the size of an entry, by which the kernel moves on
    if (set) for (let b = 0; b < MISSING; b++) side[b] = (set[b >> 5] >>> (b & 31)) & 1 ? 0 : 4;
    else side.fill(4, split + 1).fill(0, 0, split + 1);
    side[MISSING] = missingLeft ? 0 : 4;
    const { entriesAt } = space;
    const codes = codesAt + column;
    const end = kernel.partition(codes, stride, entriesAt + 4 * from, entriesAt + 4 * to, space.sideAt, space.spareAt);
    return ((end >>> 0) - entriesAt) / 4;
  }

  /**
   * Gives a node of few rows its own copy of their codes; it lasts until the next such node, so for the whole subtree. In a
   * large matrix this is done twice on the way down.
   */
  function gather(rows: NodeRows): void {
    const { entriesAt, localAt, middleAt } = space;
    const size = rows.to - rows.from;
    const { codesAt } = rows;
    if (codesAt === localAt) return;
    if (size <= localRows) rows.codesAt = localAt;
    else if (codesAt !== middleAt && size <= middleRows) rows.codesAt = middleAt;
    else return;
    kernel.gather(codesAt, stride, entriesAt + 4 * rows.from, entriesAt + 4 * rows.to, rows.codesAt);
  }

  return (size, key) => {
    nodes.clear();
    const root = nodes.add(1);
    finder.begin(size, nodes.sums);
    nodes.finish(root);
    const open: Open[] = [];
    const push = (node: number, depth: number, nodeKey: number, codesAt: number, from: number, to: number) => {
      const at = node * finder.width;
      if (depth >= limits.maxDepth || nodes.sums[at] < limits.minSamplesSplit) return;
      if (finder.isPure(nodes.sums, at)) return;
      const item: Open = { codesAt, from, to, node, depth, key: nodeKey, gain: 0, split: undefined };
      if (bestFirst) {
        item.split = findSplit(node, item, nodeKey);
        if (!item.split) return;
        item.gain = finder.impurity(nodes.sums, at) - item.split.impurity;
      }
      open.push(item);
    };
    push(root, 0, key, space.codesAt, 0, size);
    for (let leaves = 1; open.length > 0 && leaves < limits.maxLeaves; ) {
      const next = bestFirst ? takeBest(open) : open.pop()!;
      gather(next);
      const { node, depth, codesAt, from, to } = next;
      const split = next.split ?? findSplit(node, next, next.key);
      if (!split) continue;
      const border = partition(next, split);
      const left = nodes.split(node, split);
      leaves++;
      push(left + 1, depth + 1, childKey(next.key, 1), codesAt, border, to);
      push(left, depth + 1, childKey(next.key, 0), codesAt, from, border);
    }
    return nodes.toTrees();
  };
}

/** Takes the node with the largest gain; the older of two equals. */
function takeBest(open: Open[]): Open {
  let at = 0;
  for (let i = 1; i < open.length; i++) if (open[i].gain > open[at].gain) at = i;
  return open.splice(at, 1)[0];
}

function newSplit(width: number): NodeSplit {
  return {
    column: -1,
    split: 0,
    missingLeft: 0,
    set: undefined,
    impurity: Number.POSITIVE_INFINITY,
    sums: new Float64Array(width),
  };
}
