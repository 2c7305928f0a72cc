/** The best split of a node that was found so far. */
export interface Split {
  /** Column, or −1 when there is none. */
  column: number;
  /** Codes up to this one go left. */
  split: number;
  missingLeft: 0 | 1;
  /** For categories the codes that go left, 256 bits. */
  set: Uint32Array | undefined;
  /** What the split lowers, the smaller the better: the weighted impurity of the children, up to a constant of the node. */
  impurity: number;
  /** Sums of the left child. */
  sums: Float64Array;
  /** Whether any column that was looked at has two different codes in the node. */
  varied: boolean;
}

/** The rows of a tree while it grows: those of a node lie side by side, each with a payload that travels along. */
export interface TreeRows {
  rows: Int32Array;
  /** How often a row was drawn, with what the finder packs beside it. */
  payload: Int32Array;
}

/** What a tree learns from: sums over the rows of a node, and the best split by them. */
export interface SplitFinder {
  /** Sums that a node keeps; the first is the number of drawn rows. */
  readonly width: number;
  /** Numbers that a leaf gives. */
  readonly outputs: number;
  /** Prepares for the rows drawn for one tree: packs the counts in `payload`. */
  begin(tree: TreeRows, size: number): void;
  /** Sums over the rows of the root. */
  sumUp(tree: TreeRows, from: number, to: number, sums: Float64Array): void;
  /** Weighted impurity of a node, on the scale of `Split.impurity`. */
  impurity(sums: Float64Array, at: number): number;
  /** Whether nothing can be gained below a node. */
  isPure(sums: Float64Array, at: number): boolean;
  /** Looks for the best split by columns order[first] … order[last − 1] and leaves it in `best` when it is better. */
  find(
    tree: TreeRows,
    from: number,
    to: number,
    sums: Float64Array,
    at: number,
    order: Int32Array,
    first: number,
    last: number,
    best: Split,
  ): void;
  /** Sum of weights in a node. */
  cover(sums: Float64Array, at: number): number;
  /** What a leaf with these sums gives. */
  value(sums: Float64Array, at: number, out: Float64Array, outAt: number): void;
}
