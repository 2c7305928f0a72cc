import { treeKey } from "../grow/keyed-random.js";
import type { BinnedMatrix } from "../loops/binned-matrix.js";
import type { BoostingLoss } from "../trees/boosting-loss.js";
import { concatTrees } from "../trees/concat-trees.js";
import type { Trees } from "../trees/tree.js";
import type { BoostingSettings } from "../trees/tree-options.js";
import { leafOf, packTrees } from "../trees/walk-trees.js";
import type { BoostedTree, BoostGrower } from "./boost-grower.js";
import type { BoostSpace } from "./boost-space.js";
import type { RoundRows } from "./round-rows.js";

/** What boosting works on. */
export interface BoosterInput {
  binned: BinnedMatrix;
  train: Int32Array;
  /** Rows that tell when to stop; none when it does not stop early. */
  held: Int32Array;
  loss: BoostingLoss;
  space: BoostSpace & { close(): void };
  grower: BoostGrower;
  rows: RoundRows;
  settings: BoostingSettings;
}

/** Boosts round after round. The loops are methods, as the engine compiles those of an async function again for every call. */
export class Booster {
  readonly #input: BoosterInput;
  readonly #entries: Int32Array;
  readonly #pairs: Float64Array;
  readonly #parts: Trees[] = [];
  constructor(input: BoosterInput) {
    const { binned, train, space } = input;
    this.#input = input;
    this.#entries = new Int32Array(space.memory.buffer, space.entriesAt, train.length);
    this.#pairs = new Float64Array(space.memory.buffer, space.pairsAt, 2 * binned.rows);
  }

  /** Grows the trees of round t; returns whether one of them has a split: if not, nothing is left to learn. */
  round(t: number): boolean {
    const { loss, grower, rows, held, settings } = this.#input;
    const { outputs } = loss;
    let hasGrown = false;
    for (let k = 0; k < outputs; k++) {
      this.#enter();
      const key = treeKey(settings.seed, t * outputs + k);
      const all = loss.gradients(k, this.#pairs);
      const { size, sums } = rows.draw(key, this.#entries, this.#pairs, all);
      const boosted = grower.grow(size, key, sums);
      this.#addTrain(boosted, k);
      for (const others of [held, rows.outside.subarray(0, rows.outsideSize)]) this.#addOthers(boosted.tree, k, others);
      if (boosted.leaves.length > 1) hasGrown = true;
      this.#parts.push(outputs === 1 ? boosted.tree : valuesOfClass(boosted.tree, k, outputs));
    }
    return hasGrown;
  }

  /** What is lowered. */
  get loss(): BoostingLoss {
    return this.#input.loss;
  }

  /** Gives the memory back. */
  close(): void {
    this.#input.space.close();
  }

  /** Mean loss of the held-out rows. */
  heldLoss(): number {
    return this.#input.loss.mean(this.#input.held);
  }

  /** The trees of the first rounds, at least of one. */
  trees(rounds: number): Trees {
    return concatTrees(this.#parts.slice(0, Math.max(1, rounds) * this.#input.loss.outputs));
  }

  /** Makes an entry of each row that is learnt from. */
  #enter(): void {
    const { train } = this.#input;
    const entries = this.#entries;
    for (let i = 0; i < train.length; i++) entries[i] = train[i] << 8;
  }

  /** Adds a tree to score k of the rows that it was grown on. */
  #addTrain({ leaves }: BoostedTree, k: number): void {
    const { score, outputs } = this.#input.loss;
    const entries = this.#entries;
    for (const { value, from, to } of leaves) {
      for (let i = from; i < to; i++) score[(entries[i] >>> 8) * outputs + k] += value;
    }
  }

  /** Adds a tree to score k of rows that it was not grown on. */
  #addOthers(tree: Trees, k: number, others: Int32Array): void {
    if (others.length === 0) return;
    const { loss, binned } = this.#input;
    const { score, outputs } = loss;
    const packed = packTrees(tree);
    for (let i = 0; i < others.length; i++) {
      const row = others[i];
      score[row * outputs + k] += tree.value[leafOf(packed, 0, binned.codes, row * binned.stride)];
    }
  }
}

/** A tree of one score as one of several, the others 0. */
function valuesOfClass(tree: Trees, k: number, outputs: number): Trees {
  const value = new Float64Array(tree.value.length * outputs);
  for (let i = 0; i < tree.value.length; i++) value[i * outputs + k] = tree.value[i];
  return { ...tree, value, outputs };
}
