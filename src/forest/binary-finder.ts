import type { ColumnShape } from "./bin.js";
import { GROUP } from "./kernel.js";
import { MISSING } from "./missing.js";
import type { Split, SplitFinder } from "./split-finder.js";
import type { Workspace } from "./workspace.js";

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
export function binaryFinder(
  space: Workspace,
  columns: readonly ColumnShape[],
  y: Uint8Array,
  settings: BinarySettings,
): SplitFinder {
  const { kernel, bins, out, stride } = space;
  const { minSamplesLeaf } = settings;
  const gini = settings.criterion === "gini";
  let weight0 = 1;
  let weight1 = 1;
  for (let drawn = 0; drawn < 128; drawn++) space.payload.set([drawn, 0, drawn, drawn], drawn * 4);

  /** Tries the cuts of one column by entropy; the same contract as the kernel's scan. */
  function scanEntropy(
    group: number,
    size: number,
    total: number,
    ones: number,
    least: number,
    startCount: number,
    startOnes: number,
  ): number {
    let left = startCount;
    let leftOnes = startOnes;
    let best = -1;
    for (let b = 0; b < size; b++) {
      const count = bins[512 * group + 2 * b]!;
      if (count === 0) continue;
      left += count;
      leftOnes += bins[512 * group + 2 * b + 1]!;
      if (left < minSamplesLeaf) continue;
      const right = total - left;
      if (right < minSamplesLeaf) break;
      const impurity =
        entropyOf(leftOnes * weight1, (left - leftOnes) * weight0) +
        entropyOf((ones - leftOnes) * weight1, (right - (ones - leftOnes)) * weight0);
      if (impurity < least) {
        best = b;
        least = impurity;
        out[0] = impurity;
        out[1] = left;
        out[2] = leftOnes;
      }
    }
    return best;
  }

  /** Tries one column whose bins are counted, with missing values right (`start` 0) or left. */
  function scan(group: number, column: number, total: number, ones: number, missingLeft: 0 | 1, best: Split): void {
    const { count: size } = columns[column]!;
    const base = 512 * group;
    const missingCount = bins[base + 2 * MISSING]!;
    const startCount = missingLeft ? missingCount : 0;
    const startOnes = missingLeft ? bins[base + 2 * MISSING + 1]! : 0;
    const at = gini
      ? kernel.scan(
          space.binsAt + 2048 * group,
          size,
          total,
          ones,
          weight0,
          weight1,
          minSamplesLeaf,
          best.impurity,
          startCount,
          startOnes,
          space.outAt,
        )
      : scanEntropy(group, size, total, ones, best.impurity, startCount, startOnes);
    if (at < 0) return;
    let next = at + 1;
    while (next < size && bins[base + 2 * next] === 0) next++;
    best.column = column;
    // halfway between the codes that occur, so that rows that fall between them later are shared out
    best.split = next === size ? at : (at + next) >> 1;
    best.set = undefined;
    best.impurity = out[0]!;
    best.sums[0] = out[1]!;
    best.sums[1] = out[2]!;
    // where no value was missing, a missing one goes the way that most rows went
    best.missingLeft = missingCount > 0 ? missingLeft : out[1]! * 2 >= total ? 1 : 0;
  }

  return {
    width: 2,
    outputs: 1,
    local: true,
    payloadOf: (row, drawn) => (drawn << 1) | (y[row]! === 1 ? 1 : 0),
    begin(size, sums) {
      let total = 0;
      let ones = 0;
      for (let i = 0; i < size; i++) {
        const drawn = (space.entries[i]! & 255) >> 1;
        total += drawn;
        if (space.entries[i]! & 1) ones += drawn;
      }
      sums[0] = total;
      sums[1] = ones;
      [weight0, weight1] = settings.classWeight(total - ones, ones);
    },
    impurity(sums, at) {
      const p = sums[at + 1]! * weight1;
      const q = (sums[at]! - sums[at + 1]!) * weight0;
      return gini ? (p * q) / (p + q) : entropyOf(p, q);
    },
    isPure: (sums, at) => sums[at + 1] === 0 || sums[at + 1] === sums[at],
    find({ codesAt, from, to }, sums, at, order, first, last, best) {
      const fromAt = space.entriesAt + 4 * from;
      const toAt = space.entriesAt + 4 * to;
      for (let i = first; i < last; i += GROUP) {
        const group = Math.min(GROUP, last - i);
        const o = order;
        kernel.fill[group - 1]!(
          codesAt,
          stride,
          fromAt,
          toAt,
          space.payloadAt,
          space.binsAt,
          o[i]!,
          o[i + 1]!,
          o[i + 2]!,
          o[i + 3]!,
          o[i + 4]!,
          o[i + 5]!,
          o[i + 6]!,
          o[i + 7]!,
        );
        for (let g = 0; g < group; g++) {
          const column = order[i + g]!;
          scan(g, column, sums[at]!, sums[at + 1]!, 0, best);
          if (bins[512 * g + 2 * MISSING]! > 0) scan(g, column, sums[at]!, sums[at + 1]!, 1, best);
        }
      }
    },
    cover: (sums, at) => (sums[at]! - sums[at + 1]!) * weight0 + sums[at + 1]! * weight1,
    value(sums, at, values, valueAt) {
      const positive = sums[at + 1]! * weight1;
      values[valueAt] = positive / (positive + (sums[at]! - sums[at + 1]!) * weight0);
    },
  };
}

/** Entropy of two weights times their sum. */
function entropyOf(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const sum = a + b;
  return -a * Math.log2(a / sum) - b * Math.log2(b / sum);
}
