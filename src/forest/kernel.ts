import { pairsFunction, subtractFunction } from "./kernel-boost.js";
import { fillFunction, scanFunction } from "./kernel-count.js";
import { scanEntropyFunction } from "./kernel-entropy.js";
import { GROUP } from "./kernel-parts.js";
import { gatherFunction, partitionFunction } from "./kernel-rows.js";
import { ascendFunction, descendFunction } from "./kernel-shap.js";
import { codeFunction, walkFunction } from "./kernel-walk.js";
import { assemble, type WasmMemory, wasm } from "./wasm-assembler.js";

/**
 * The loops in which a forest spends its time, on shared memory; all places are addresses in bytes.
 *
 * An entry is a row of a tree in 32 bits: its row number times 256, plus a payload code. JavaScript checks every index
 * against the length of its array, which costs more than half of the time here; these loops cannot leave the memory either,
 * but the check is done by the memory unit of the processor.
 */
export interface Kernel {
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
   * Tries the cuts between the bins of a column by the Gini impurity of two classes.
   *
   * @returns the code at the cut, or −1 when none is better than `least`; impurity, count and ones of the left go to `out`
   */
  scan(
    bins: number,
    size: number,
    total: number,
    ones: number,
    weight0: number,
    weight1: number,
    fewest: number,
    least: number,
    startCount: number,
    startOnes: number,
    out: number,
  ): number;
  /**
   * The same by entropy. `table` has n log₂ n for n up to `total`; `start` is what the weights of the classes add in the
   * whole node. `scanEntropy` is for weights of 1, and does not look at them.
   */
  scanEntropy: EntropyScan;
  scanWeightedEntropy: EntropyScan;
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
   * Adds the pair of numbers of each entry's row to the bins of its codes in eight neighbouring columns; a column's bins
   * are 256 pairs.
   */
  pairs(codes: number, stride: number, from: number, to: number, pairs: number, bins: number): number;
  /** Takes the numbers at `b` from those at `a`; `end` is the end of `a`. */
  subtract(a: number, end: number, b: number): number;
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
  walk(codes: number, stride: number, rows: number, nodes: number, values: number, sums: number): number;
}

type EntropyScan = (
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
) => number;

let compiled: object | undefined;

function compile(): object {
  const fills = Array.from({ length: GROUP }, (_, k) => fillFunction(k + 1));
  const entropies = [false, true].map(scanEntropyFunction);
  const others = [scanFunction, partitionFunction, gatherFunction, codeFunction, walkFunction];
  const sums = [pairsFunction, subtractFunction, descendFunction, ascendFunction];
  return new wasm.Module(assemble([...fills, ...entropies, ...[...others, ...sums].map((make) => make())]));
}

/** The loops, bound to a memory. */
export function kernelOn(memory: WasmMemory): Kernel {
  compiled ??= compile();
  const { exports } = new wasm.Instance(compiled, { env: { memory } });
  const fill = Array.from({ length: GROUP }, (_, k) => exports[`fill${k + 1}`]!);
  return { ...(exports as unknown as Kernel), fill };
}
