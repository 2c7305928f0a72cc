/** The best split of a node that was found so far. */
export interface NodeSplit {
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
}

/** The entries of a node: `from` … `to` − 1 of the workspace, and where the codes of their rows lie. */
export interface NodeRows {
  codesAt: number;
  from: number;
  to: number;
}

/** What a tree learns from: sums over the rows of a node, and the best split by them. */
export interface Splitter {
  /** Sums that a node keeps; the first is the number of drawn rows. */
  readonly width: number;
  /** Numbers that a leaf gives. */
  readonly outputs: number;
  /** Whether all that is known of a row is in its payload, so that its number does not matter. */
  readonly local: boolean;
  /** Places by which the number of draws, up to 127, is moved in the payload code of an entry. */
  readonly shift: 0 | 1;
  /** What is in the payload code beside it. */
  markOf(row: number): 0 | 1;
  /** Sums over the entries of the root; called once at the start of a tree. */
  begin(size: number, sums: Float64Array): void;
  /** Weighted impurity of a node, on the scale of `NodeSplit.impurity`. */
  impurity(sums: Float64Array, at: number): number;
  /** Whether nothing can be gained below a node. */
  isPure(sums: Float64Array, at: number): boolean;
  /** Turns to the node whose sums are at a place; `find` is of it. */
  enter(sums: Float64Array, at: number): void;
  /** Looks for the best split by columns drawn[first] … drawn[last − 1] and leaves it in `best` when it is better. */
  find(node: NodeRows, drawn: Int32Array, first: number, last: number, best: NodeSplit): void;
  /** Sum of weights in a node. */
  cover(sums: Float64Array, at: number): number;
  /** What a leaf with these sums gives. */
  value(sums: Float64Array, at: number, out: Float64Array, outAt: number): void;
}
