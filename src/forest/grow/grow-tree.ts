import type { Workspace } from "../loops/workspace.js";
import type { Trees } from "../trees/tree.js";
import { ColumnDraw, childKey } from "./keyed-random.js";
import { markSides } from "./mark-sides.js";
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
 * Grows trees on the first entries of a workspace, which are reordered.
 *
 * Without a limit of leaves the left branch is grown first. A subtree of few rows then works on a copy of its codes, so
 * that it does not reach all over the matrix.
 */
export class TreeGrower {
  readonly #space: Workspace;
  readonly #splitter: Splitter;
  readonly #limits: TreeLimits;
  readonly #columns: number;
  readonly #draw: ColumnDraw;
  readonly #nodes: NodeList;
  readonly #bestFirst: boolean;
  readonly #localRows: number;
  readonly #middleRows: number;
  /** Nodes that wait to be split. */
  #open: Open[] = [];

  constructor(space: Workspace, columns: number, splitter: Splitter, limits: TreeLimits) {
    this.#space = space;
    this.#splitter = splitter;
    this.#limits = limits;
    this.#columns = columns;
    this.#draw = new ColumnDraw(columns);
    this.#nodes = new NodeList(splitter);
    this.#bestFirst = Number.isFinite(limits.maxLeaves);
    const gathers = splitter.local && !this.#bestFirst;
    this.#localRows = gathers ? space.localRows : 0;
    this.#middleRows = gathers ? space.middleRows : 0;
  }

  /** Grows a tree on the first `size` entries; all that is drawn follows from the key. */
  grow(size: number, key: number): Trees {
    const nodes = this.#nodes;
    nodes.clear();
    this.#open = [];
    const root = nodes.add(1);
    this.#splitter.begin(size, nodes.sums);
    nodes.finish(root);
    this.#push(waiting({ codesAt: this.#space.codesAt, from: 0, to: size }, root, 0, key));
    const open = this.#open;
    for (let leaves = 1; open.length > 0 && leaves < this.#limits.maxLeaves; ) {
      const next = this.#bestFirst ? takeBest(open) : open.pop();
      if (!next) break;
      this.#gather(next);
      const split = next.split ?? this.#findSplit(next);
      if (!split) continue;
      const border = this.#partition(next, split);
      const left = nodes.split(next.node, split);
      leaves++;
      const { codesAt, from, to, depth, key: own } = next;
      this.#push(waiting({ codesAt, from: border, to }, left + 1, depth + 1, childKey(own, 1)));
      this.#push(waiting({ codesAt, from, to: border }, left, depth + 1, childKey(own, 0)));
    }
    return nodes.toTrees();
  }

  /** Lets a node wait, if it may be split. */
  #push(item: Open): void {
    const splitter = this.#splitter;
    const { sums } = this.#nodes;
    const at = item.node * splitter.width;
    if (item.depth >= this.#limits.maxDepth || sums[at] < this.#limits.minSamplesSplit) return;
    if (splitter.isPure(sums, at)) return;
    if (this.#bestFirst) {
      item.split = this.#findSplit(item);
      if (!item.split) return;
      item.gain = splitter.impurity(sums, at) - item.split.impurity;
    }
    this.#open.push(item);
  }

  #findSplit(item: Open): NodeSplit | undefined {
    const splitter = this.#splitter;
    const draw = this.#draw;
    const best = newSplit(splitter.width);
    splitter.enter(this.#nodes.sums, item.node * splitter.width);
    draw.start(item.key);
    let first = 0;
    let last = this.#limits.drawn;
    // as in scikit-learn, a node is not given up because the drawn columns are constant in it
    while (first < this.#columns && best.column < 0) {
      draw.drawTo(last);
      splitter.find(item, draw.order, first, last, best);
      first = last++;
    }
    return best.column < 0 ? undefined : best;
  }

  /** Moves the entries that go left before those that go right, each in their order; returns the border. */
  #partition({ codesAt, from, to }: NodeRows, split: NodeSplit): number {
    const { loops, side, stride, entriesAt, sideAt, spareAt } = this.#space;
    markSides(side, split);
    const codes = codesAt + split.column;
    const end = loops.partition(codes, stride, entriesAt + 4 * from, entriesAt + 4 * to, sideAt, spareAt);
    return ((end >>> 0) - entriesAt) / 4;
  }

  /**
   * Gives a node of few rows its own copy of their codes; it lasts until the next such node, so for the whole subtree. In a
   * large matrix this is done twice on the way down.
   */
  #gather(rows: NodeRows): void {
    const { loops, stride, entriesAt, localAt, middleAt } = this.#space;
    const size = rows.to - rows.from;
    const { codesAt } = rows;
    if (codesAt === localAt) return;
    if (size <= this.#localRows) rows.codesAt = localAt;
    else if (codesAt !== middleAt && size <= this.#middleRows) rows.codesAt = middleAt;
    else return;
    loops.gather(codesAt, stride, entriesAt + 4 * rows.from, entriesAt + 4 * rows.to, rows.codesAt);
  }
}

/** A node before its split is looked for. */
function waiting({ codesAt, from, to }: NodeRows, node: number, depth: number, key: number): Open {
  return { codesAt, from, to, node, depth, key, gain: 0, split: undefined };
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
