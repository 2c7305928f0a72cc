import type { ColumnShape } from "../loops/binned-matrix.js";
import { COLUMN_BYTES, GROUP } from "../loops/loop-parts.js";
import { MISSING } from "../loops/missing.js";
import { MOST_LOG, type Workspace } from "../loops/workspace.js";
import type { CategoryRates } from "./category-rates.js";
import { type ColumnScan, scanColumn } from "./scan-order.js";
import type { NodeSplit, Splitter } from "./splitter.js";

/** Settings of a finder for two classes. */
export interface BinarySettings {
  criterion: "gini" | "entropy";
  minSamplesLeaf: number;
  /** Weights of class 0 and class 1, by the number of drawn rows of each. */
  classWeight: (zeros: number, ones: number) => readonly [number, number];
}

/**
 * Finds splits for two classes and whole-number weights: a row's payload is its count and, where it is positive, the same
 * count again 32 bits up, so that one addition updates both.
 */
export function binarySplitter(
  space: Workspace,
  columns: readonly ColumnShape[],
  y: Uint8Array,
  settings: BinarySettings,
  rates: CategoryRates,
): Splitter {
  const { kernel, bins, out, stride } = space;
  const { minSamplesLeaf } = settings;
  const gini = settings.criterion === "gini";
  let weight0 = 1;
  let weight1 = 1;
  if (!gini) {
    // the memory may have been used before
    space.logs[0] = 0;
    for (let n = 1; n <= MOST_LOG; n++) space.logs[n] = n * Math.log2(n);
  }
  for (let drawn = 0; drawn < 128; drawn++) space.payload.set([drawn, 0, drawn, drawn], drawn * 4);

  const order = new Int32Array(256);
  let base = 0;
  let total = 0;
  let ones = 0;
  let left = 0;
  let leftOnes = 0;
  /** What the kernel does not know: categories, and the entropy of very many rows. */
  const slow: ColumnScan = {
    rate: (code, column) => rates.smooth(column, code, bins[base + 2 * code + 1], bins[base + 2 * code]),
    reset() {
      left = 0;
      leftOnes = 0;
    },
    take(code) {
      left += bins[base + 2 * code];
      leftOnes += bins[base + 2 * code + 1];
    },
    impurity() {
      if (left < minSamplesLeaf || total - left < minSamplesLeaf) return undefined;
      const p = leftOnes * weight1;
      const q = (left - leftOnes) * weight0;
      const r = (ones - leftOnes) * weight1;
      const s = (total - left - (ones - leftOnes)) * weight0;
      return gini ? (p * q) / (p + q) + (r * s) / (r + s) : entropyOf(p, q) + entropyOf(r, s);
    },
    leftSums(sums) {
      sums[0] = left;
      sums[1] = leftOnes;
    },
    mostLeft: () => 2 * left >= total,
  };

  /** What the weights of the classes add to the entropy of the node. */
  const startOf = () => -(ones * weight1 * Math.log2(weight1)) - (total - ones) * weight0 * Math.log2(weight0);

  /** Tries one column of numbers whose bins are counted, with missing values right or left. */
  function scan(group: number, column: number, missingLeft: 0 | 1, best: NodeSplit): void {
    const { count: size } = columns[column];
    const missingCount = bins[base + 2 * MISSING];
    const startCount = missingLeft ? missingCount : 0;
    const startOnes = missingLeft ? bins[base + 2 * MISSING + 1] : 0;
    const binsAt = space.binsAt + COLUMN_BYTES * group;
    const least = best.impurity;
    const at = gini
      ? kernel.scan(
          ...([binsAt, size, total, ones, weight0, weight1] as const),
          ...([minSamplesLeaf, least, startCount, startOnes, space.outAt] as const),
        )
      : (weight0 === 1 && weight1 === 1 ? kernel.scanEntropy : kernel.scanWeightedEntropy)(
          ...([binsAt, size, total, ones, weight0, weight1, startOf(), space.logsAt] as const),
          ...([minSamplesLeaf, least, startCount, startOnes, space.outAt] as const),
        );
    if (at < 0) return;
    let next = at + 1;
    while (next < size && bins[base + 2 * next] === 0) next++;
    best.column = column;
    // halfway between the codes that occur, so that rows that fall between them later are shared out
    best.split = next === size ? at : (at + next) >> 1;
    best.set = undefined;
    best.impurity = out[0];
    best.sums[0] = out[1];
    best.sums[1] = out[2];
    // where no value was missing, a missing one goes the way that most rows went
    best.missingLeft = missingCount > 0 ? missingLeft : out[1] * 2 >= total ? 1 : 0;
  }

  return {
    width: 2,
    outputs: 1,
    local: true,
    shift: 1,
    markOf: (row) => (y[row] === 1 ? 1 : 0),
    begin(size, sums) {
      let total = 0;
      let ones = 0;
      for (let i = 0; i < size; i++) {
        const drawn = (space.entries[i] & 255) >> 1;
        total += drawn;
        if (space.entries[i] & 1) ones += drawn;
      }
      sums[0] = total;
      sums[1] = ones;
      [weight0, weight1] = settings.classWeight(total - ones, ones);
    },
    impurity(sums, at) {
      const p = sums[at + 1] * weight1;
      const q = (sums[at] - sums[at + 1]) * weight0;
      return gini ? (p * q) / (p + q) : entropyOf(p, q);
    },
    isPure: (sums, at) => sums[at + 1] === 0 || sums[at + 1] === sums[at],
    find({ codesAt, from, to }, sums, at, drawn, first, last, best) {
      const fromAt = space.entriesAt + 4 * from;
      const toAt = space.entriesAt + 4 * to;
      total = sums[at];
      ones = sums[at + 1];
      for (let i = first; i < last; i += GROUP) {
        const group = Math.min(GROUP, last - i);
        kernel.fill[group - 1](
          codesAt,
          stride,
          fromAt,
          toAt,
          space.payloadAt,
          space.binsAt,
          drawn[i],
          drawn[i + 1],
          drawn[i + 2],
          drawn[i + 3],
          drawn[i + 4],
          drawn[i + 5],
          drawn[i + 6],
          drawn[i + 7],
        );
        for (let g = 0; g < group; g++) {
          const column = drawn[i + g];
          base = 512 * g;
          if (columns[column].categorical || (!gini && total > MOST_LOG)) {
            let size = 0;
            for (let code = 0; code < 256; code++) if (bins[base + 2 * code] > 0) order[size++] = code;
            scanColumn(slow, column, columns[column], order, size, best);
          } else {
            scan(g, column, 0, best);
            if (bins[base + 2 * MISSING] > 0) scan(g, column, 1, best);
          }
        }
      }
    },
    cover: (sums, at) => (sums[at] - sums[at + 1]) * weight0 + sums[at + 1] * weight1,
    value(sums, at, values, valueAt) {
      const positive = sums[at + 1] * weight1;
      values[valueAt] = positive / (positive + (sums[at] - sums[at + 1]) * weight0);
    },
  };
}

/** Entropy of two weights times their sum. */
function entropyOf(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const sum = a + b;
  return -a * Math.log2(a / sum) - b * Math.log2(b / sum);
}
