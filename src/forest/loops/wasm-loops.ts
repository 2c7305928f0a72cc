import { pairsFunction, searchFunction, subtractFunction } from "./boost-loop.js";
import { fillFunction } from "./count-loop.js";
import { scanWeightedEntropyFunction } from "./entropy-loop.js";
import { logisticFunction } from "./logistic-loop.js";
import { GROUP } from "./loop-parts.js";
import { rankFunction } from "./rank-loop.js";
import { gatherFunction, partitionFunction } from "./rows-loop.js";
import { ascendFunction, descendFunction } from "./shap-loop.js";
import { codeFunction, walkFunction, walkSetsFunction } from "./walk-loop.js";
import { assemble, type WasmFunction, type WasmMemory, wasm } from "./wasm-assembler.js";

/**
 * The loops in which a forest spends its time, on shared memory; all places are addresses in bytes.
 *
 * An entry is a row of a tree in 32 bits: its row number times 256, plus a payload code. JavaScript checks every index
 * against the length of its array, which costs more than half of the time here; these loops cannot leave the memory either,
 * but the check is done by the memory unit of the processor.
 */
export interface WasmLoops {
  /**
   * fill1 … fill8: clears the bins of that many columns and adds the payload of the entries `from` … `to` to the bins of
   * their codes.
   */
  fill: readonly ((
    codes: number,
    stride: number,
    from: number,
    to: number,
    payload: number,
    bins: number,
    ...columns: number[]
  ) => number)[];
  /**
   * Tries the cuts between the bins of a column by the entropy of two classes of different weights. `table` has n log₂ n for n
   * up to `total`; `start` is what the weights add in the whole node.
   *
   * @returns the code at the cut, or −1 when none is better than `least`; impurity, count and ones of the left go to `out`
   */
  scanWeightedEntropy(
    bins: number,
    size: number,
    total: number,
    ones: number,
    weight0: number,
    weight1: number,
    start: number,
    table: number,
    fewest: number,
    least: number,
    startCount: number,
    startOnes: number,
    out: number,
  ): number;
  /**
   * Moves the entries `from` … `to` whose code is marked 0 in `side` before the others, each in their order.
   *
   * @returns address of the first of the others
   */
  partition(codes: number, stride: number, from: number, to: number, side: number, spare: number): number;
  /** Copies the codes of the entries' rows to `target`, in the order of the entries, and numbers the entries by it. */
  gather(codes: number, stride: number, from: number, to: number, target: number): number;
  /** Writes the code of each value: the number of edges below it. `edges` are 255, the unused ones +Infinity. */
  code(values: number, to: number, edges: number, codes: number, stride: number): number;
  /**
   * Clears the bins of eight neighbouring columns, and adds the pair of numbers of each entry's row to those of its codes. `mask` has the bits
   * of a code that tell its bin; the pairs of a bin are those of the eight columns, side by side.
   */
  pairs(codes: number, stride: number, from: number, to: number, pairs: number, bins: number, mask: number): number;
  /** Takes the numbers at `b` from those at `a`; `end` is the end of `a`. */
  subtract(a: number, end: number, b: number): number;
  /**
   * Writes the bins of a column's categories that occur to `to`, in the order of their rates (gradient by hessian, smoothed),
   * those of one rate as they come: pair, rate and code of each.
   *
   * @param missing the bin of missing values, one more category
   * @param node what `search` is given
   * @returns how many occur
   */
  rank(bins: number, size: number, missing: number, to: number, node: number): number;
  /**
   * Looks for the cut between the bins of some columns that gains most: G² / (H + λ) of both sides less what the node has.
   *
   * @param columns four whole numbers a column: start of its bins, counted from `slot`; their number; the bin of missing
   * values, in the same way; and 0, or where its bins lie ranked, missing values among them
   * @param node gradient, hessian, their own gain, the gain to surpass, rows, least rows of a side, λ, and both numbers of the
   * code of hessians
   * @returns the column, or −1 when none gains enough; gain, gradient, hessian and rows of the left, and in 32 bits each the
   * bin at the cut and whether missing values go left, are in `out`
   */
  search(order: number, orderEnd: number, columns: number, slot: number, node: number, out: number): number;
  /**
   * Writes gradient and coded hessian of log loss of the entries' rows to `pairs`. Scores and weights are numbers by row, labels
   * bytes by row; a `weightStep` of 0 gives all rows the first weight.
   *
   * @param code both numbers of the code of hessians; the sums of gradients and coded hessians go behind them, and behind these
   * is what gradients are rounded by
   */
  logistic(
    from: number,
    to: number,
    scores: number,
    labels: number,
    weights: number,
    weightStep: 0 | 8,
    pairs: number,
    code: number,
  ): void;
  /**
   * A step down a tree for Shapley values, for two rows at a time and `size` quadrature nodes: product × (s zNew + t oNew) /
   * (s zOld + t oOld) × scale, where `nodes` has s, t and the weight of each node, each number twice.
   */
  descend(
    from: number,
    to: number,
    oldOnes: number,
    newOnes: number,
    end: number,
    zOld: number,
    zNew: number,
    scale: number,
    nodes: number,
    size: number,
  ): number;
  /**
   * The step back up: adds the sums below to those of the parent, and to `own` what the column of the step adds:
   * (oNew − zNew) Σ weight × sum / fNew − (oOld − zOld) Σ weight × sum / fOld.
   */
  ascend(
    below: number,
    parent: number,
    oldOnes: number,
    newOnes: number,
    end: number,
    zOld: number,
    zNew: number,
    own: number,
    nodes: number,
    size: number,
  ): number;
  /**
   * Adds the value of the leaf that each row falls into to its sum; `rows` is a multiple of 4.
   *
   * A node is 8 bytes: its left child, its column in 16 bits, its split in 9, and 1 where a missing value goes left (which
   * adds 1 to the split). Leaves point to themselves. Four rows take their steps together, without a branch on data.
   */
  walk: Walker;
  /** The same for trees with categories: `sets` has 256 bits a node, 1 for the codes that go left; of leaves all are 1. */
  walkSets: Walker;
}

type Walker = (
  codes: number,
  stride: number,
  rows: number,
  nodes: number,
  values: number,
  sums: number,
  sets: number,
) => void;

/** What makes the functions of each member. */
const MAKERS: Record<keyof WasmLoops, () => readonly WasmFunction[]> = {
  fill: () => Array.from({ length: GROUP }, (_, k) => fillFunction(k + 1)),
  scanWeightedEntropy: () => [scanWeightedEntropyFunction()],
  partition: () => [partitionFunction()],
  gather: () => [gatherFunction()],
  code: () => [codeFunction()],
  pairs: () => [pairsFunction()],
  subtract: () => [subtractFunction()],
  rank: () => [rankFunction()],
  search: () => [searchFunction()],
  logistic: () => [logisticFunction()],
  descend: () => [descendFunction()],
  ascend: () => [ascendFunction()],
  walk: () => [walkFunction()],
  walkSets: () => [walkSetsFunction()],
};
const modules = new Map<keyof WasmLoops, object>();
const bound = new WeakMap<WasmMemory, WasmLoops>();

/** The loops, bound to a memory. Each is made when it is first asked for: all of them take longer than many a small fit. */
export function wasmLoops(memory: WasmMemory): WasmLoops {
  const known = bound.get(memory);
  if (known) return known;
  const loops = {} as WasmLoops;
  bound.set(memory, loops);
  for (const name of Object.keys(MAKERS) as (keyof WasmLoops)[]) {
    Object.defineProperty(loops, name, {
      configurable: true,
      get() {
        const module = modules.get(name) ?? new wasm.Module(assemble(MAKERS[name]()));
        modules.set(name, module);
        const made = Object.values(new wasm.Instance(module, { env: { memory } }).exports);
        const value = name === "fill" ? made : made[0];
        Object.defineProperty(loops, name, { value });
        return value;
      },
    });
  }
  return loops;
}
