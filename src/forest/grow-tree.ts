import type { BinnedMatrix } from "./bin.js";
import { ColumnDraw, childKey } from "./draws.js";
import type { Split, SplitFinder, TreeRows } from "./split-finder.js";
import type { Trees } from "./tree.js";

/** Limits of one tree. */
export interface TreeLimits {
  maxDepth: number;
  minSamplesSplit: number;
  maxLeaves: number;
  /** Columns drawn at each node. */
  drawn: number;
}

/** Grows trees one after the other on the same binned matrix; working memory is kept between them. */
export interface TreeGrower {
  /** Grows a tree on the first `size` rows of `tree`, which are reordered. */
  grow(tree: TreeRows, size: number, key: number): Trees;
}

/** A node that waits to be split. */
interface Open {
  node: number;
  from: number;
  to: number;
  depth: number;
  key: number;
  gain: number;
  split: Split;
}

export function treeGrower(binned: BinnedMatrix, finder: SplitFinder, limits: TreeLimits): TreeGrower {
  const { codes } = binned;
  const width = binned.columns.length;
  const draw = new ColumnDraw(width);
  const side = new Uint8Array(256);
  let rightRows = new Int32Array(0);
  let rightPayload = new Int32Array(0);
  const nodes = new NodeList(finder.width, finder.outputs);

  function findSplit(tree: TreeRows, node: number, from: number, to: number, key: number): Split | undefined {
    const best = newSplit(finder.width);
    draw.start(key);
    let first = 0;
    let last = limits.drawn;
    // as in scikit-learn: columns that are constant in the node are replaced by others
    while (first < width) {
      draw.drawTo(last);
      finder.find(tree, from, to, nodes.sums, node * finder.width, draw.order, first, last, best);
      if (best.varied) break;
      first = last++;
    }
    return best.column < 0 ? undefined : best;
  }

  /** Moves the rows that go left before those that go right, each in their order; returns the border. */
  function partition(tree: TreeRows, from: number, to: number, split: Split): number {
    const { rows, payload } = tree;
    const { column } = split;
    if (split.set) for (let b = 0; b < 256; b++) side[b] = ((split.set[b >> 5]! >>> (b & 31)) & 1) ^ 1;
    else side.fill(1).fill(0, 0, split.split + 1);
    side[binned.columns[column]!.count] = split.missingLeft ^ 1;
    let left = from;
    let right = 0;
    for (let i = from; i < to; i++) {
      const row = rows[i]!;
      const v = payload[i]!;
      const s = side[codes[row * width + column]!]!;
      rows[left] = row;
      payload[left] = v;
      rightRows[right] = row;
      rightPayload[right] = v;
      right += s;
      left += 1 - s;
    }
    rows.set(rightRows.subarray(0, right), left);
    payload.set(rightPayload.subarray(0, right), left);
    return left;
  }

  return {
    grow(tree, size, key) {
      if (rightRows.length < size) {
        rightRows = new Int32Array(size);
        rightPayload = new Int32Array(size);
      }
      nodes.clear();
      finder.begin(tree, size);
      const root = nodes.add(1);
      finder.sumUp(tree, 0, size, nodes.sums);
      nodes.finish(root, finder);

      const bestFirst = Number.isFinite(limits.maxLeaves);
      const open: Open[] = [];
      let leaves = 1;
      const consider = (node: number, from: number, to: number, depth: number, nodeKey: number) => {
        const at = node * finder.width;
        if (depth >= limits.maxDepth || nodes.sums[at]! < limits.minSamplesSplit) return;
        if (finder.isPure(nodes.sums, at)) return;
        const split = findSplit(tree, node, from, to, nodeKey);
        if (!split) return;
        const gain = bestFirst ? finder.impurity(nodes.sums, at) - split.impurity : 0;
        open.push({ node, from, to, depth, key: nodeKey, gain, split });
      };
      consider(root, 0, size, 0, key);
      while (open.length > 0 && leaves < limits.maxLeaves) {
        const next = bestFirst ? takeBest(open) : open.pop()!;
        const { node, from, to, depth, split } = next;
        const border = partition(tree, from, to, split);
        const left = nodes.split(node, split, finder);
        leaves++;
        consider(left + 1, border, to, depth + 1, childKey(next.key, 1));
        consider(left, from, border, depth + 1, childKey(next.key, 0));
      }
      return nodes.toTrees();
    },
  };
}

/** Takes the node with the largest gain; the older of two equals. */
function takeBest(open: Open[]): Open {
  let at = 0;
  for (let i = 1; i < open.length; i++) if (open[i]!.gain > open[at]!.gain) at = i;
  return open.splice(at, 1)[0]!;
}

function newSplit(width: number): Split {
  return {
    column: -1,
    split: 0,
    missingLeft: 0,
    set: undefined,
    impurity: Number.POSITIVE_INFINITY,
    sums: new Float64Array(width),
    varied: false,
  };
}

/** The nodes of a growing tree, in arrays that grow with it. */
class NodeList {
  sums: Float64Array;
  #size = 0;
  #column = new Int32Array(64);
  #split = new Int32Array(64);
  #missingLeft = new Uint8Array(64);
  #left = new Int32Array(64);
  #cover = new Float64Array(64);
  #value: Float64Array;
  #sets: number[] = [];

  constructor(
    readonly width: number,
    readonly outputs: number,
  ) {
    this.sums = new Float64Array(64 * width);
    this.#value = new Float64Array(64 * outputs);
  }

  clear(): void {
    this.#size = 0;
    this.#sets = [];
  }

  /** Appends nodes as leaves; returns the index of the first. */
  add(count: number): number {
    const first = this.#size;
    this.#size += count;
    while (this.#size > this.#column.length) this.#double();
    this.#column.fill(-1, first, this.#size);
    this.#split.fill(0, first, this.#size);
    this.#missingLeft.fill(0, first, this.#size);
    this.#left.fill(0, first, this.#size);
    return first;
  }

  /** Makes a leaf an inner node with two leaves; returns the left one. */
  split(node: number, split: Split, finder: SplitFinder): number {
    const left = this.add(2);
    const { width, sums } = this;
    this.#column[node] = split.column;
    this.#missingLeft[node] = split.missingLeft;
    this.#left[node] = left;
    if (split.set) {
      this.#split[node] = -1 - this.#sets.length / 8;
      this.#sets.push(...split.set);
    } else this.#split[node] = split.split;
    for (let k = 0; k < width; k++) {
      sums[left * width + k] = split.sums[k]!;
      sums[(left + 1) * width + k] = sums[node * width + k]! - split.sums[k]!;
    }
    this.finish(left, finder);
    this.finish(left + 1, finder);
    return left;
  }

  /** Writes what a node gives, from its sums. */
  finish(node: number, finder: SplitFinder): void {
    this.#cover[node] = finder.cover(this.sums, node * this.width);
    finder.value(this.sums, node * this.width, this.#value, node * this.outputs);
  }

  toTrees(): Trees {
    const size = this.#size;
    return {
      offsets: Int32Array.of(0, size),
      column: this.#column.slice(0, size),
      split: this.#split.slice(0, size),
      missingLeft: this.#missingLeft.slice(0, size),
      left: this.#left.slice(0, size),
      cover: this.#cover.slice(0, size),
      value: this.#value.slice(0, size * this.outputs),
      outputs: this.outputs,
      sets: Uint32Array.from(this.#sets),
    };
  }

  #double(): void {
    const grown = <T extends Int32Array | Uint8Array | Float64Array>(array: T): T => {
      const bigger = new (array.constructor as new (length: number) => T)(array.length * 2);
      bigger.set(array);
      return bigger;
    };
    this.sums = grown(this.sums);
    this.#column = grown(this.#column);
    this.#split = grown(this.#split);
    this.#missingLeft = grown(this.#missingLeft);
    this.#left = grown(this.#left);
    this.#cover = grown(this.#cover);
    this.#value = grown(this.#value);
  }
}
