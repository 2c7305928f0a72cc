import type { BinnedMatrix } from "./bin.js";
import { fillCounts } from "./fill-counts.js";
import type { Split, SplitFinder, TreeRows } from "./split-finder.js";

/** Rows of a node up to which its codes are sorted instead of counted in 256 bins. */
const FEW = 24;
/** Columns whose bins are counted in one pass. */
const GROUP = 4;

/** Settings of a finder for two classes. */
export interface BinarySettings {
  criterion: "gini" | "entropy";
  minSamplesLeaf: number;
  /** Weights of class 0 and class 1, by the number of drawn rows of each. */
  classWeight: (zeros: number, ones: number) => readonly [number, number];
}

/**
 * Finds splits for two classes and whole-number weights.
 *
 * A row's payload is its count and, where it is positive, the same count 16 bits up: one addition updates both. Bins are
 * emptied into wider numbers before 16 bits can overflow.
 */
export function binaryFinder(binned: BinnedMatrix, y: ArrayLike<number>, settings: BinarySettings): SplitFinder {
  const { codes, columns } = binned;
  const width = columns.length;
  const { minSamplesLeaf } = settings;
  const gini = settings.criterion === "gini";
  const missingCode = Int32Array.from(columns, (column) => column.count);

  const bins = new Int32Array(GROUP * 256);
  const wideCounts = new Float64Array(GROUP * 256);
  const wideOnes = new Float64Array(GROUP * 256);
  // the codes that occur in a node, in rising order, with their counts and positives
  const code = new Int32Array(257);
  const count = new Float64Array(257);
  const ones = new Float64Array(257);
  const keys = new Int32Array(FEW);
  let chunk = 0;
  let weight0 = 1;
  let weight1 = 1;

  /** Reads one column of a few rows: insertion sort of code and payload position. */
  function few(tree: TreeRows, from: number, to: number, column: number): number {
    const { rows, payload } = tree;
    let size = 0;
    for (let i = from; i < to; i++) {
      const key = (codes[rows[i]! * width + column]! << 8) | (i - from);
      let j = size++;
      while (j > 0 && keys[j - 1]! > key) {
        keys[j] = keys[j - 1]!;
        j--;
      }
      keys[j] = key;
    }
    let k = -1;
    let last = -1;
    for (let j = 0; j < size; j++) {
      const c = keys[j]! >> 8;
      const v = payload[from + (keys[j]! & 255)]!;
      if (c !== last) {
        last = c;
        code[++k] = c;
        count[k] = 0;
        ones[k] = 0;
      }
      count[k]! += v & 0xffff;
      ones[k]! += v >>> 16;
    }
    return k + 1;
  }

  /** Lists the codes that occur from bins of one chunk. */
  function compact(group: number, size: number): number {
    let k = 0;
    const base = group << 8;
    for (let b = 0; b < size; b++) {
      const v = bins[base + b]!;
      code[k] = b;
      count[k] = v & 0xffff;
      ones[k] = v >>> 16;
      if (v !== 0) k++;
    }
    return k;
  }

  function compactWide(group: number, size: number): number {
    let k = 0;
    const base = group << 8;
    for (let b = 0; b < size; b++) {
      code[k] = b;
      count[k] = wideCounts[base + b]!;
      ones[k] = wideOnes[base + b]!;
      if (count[k] !== 0) k++;
    }
    return k;
  }

  function widen(): void {
    for (let i = 0; i < bins.length; i++) {
      const v = bins[i]!;
      wideCounts[i]! += v & 0xffff;
      wideOnes[i]! += v >>> 16;
    }
    bins.fill(0);
  }

  /** Tries every cut between neighbouring codes, missing values right, then left. */
  function scan(column: number, size: number, total: number, positives: number, best: Split): void {
    if (size < 2) return;
    best.varied = true;
    const missing = missingCode[column]!;
    const hasMissing = code[size - 1] === missing;
    scanCuts(column, size, total, positives, 0, 0, 0, best);
    if (hasMissing && size > 2) {
      scanCuts(column, size - 1, total, positives, count[size - 1]!, ones[size - 1]!, 1, best);
    }
  }

  function scanCuts(
    column: number,
    size: number,
    total: number,
    positives: number,
    startCount: number,
    startOnes: number,
    missingLeft: 0 | 1,
    best: Split,
  ): void {
    let left = startCount;
    let leftOnes = startOnes;
    let least = best.impurity;
    let at = -1;
    let atLeft = 0;
    let atOnes = 0;
    for (let k = 0; k < size - 1; k++) {
      left += count[k]!;
      leftOnes += ones[k]!;
      if (left < minSamplesLeaf) continue;
      const right = total - left;
      if (right < minSamplesLeaf) break;
      const p = leftOnes * weight1;
      const q = (left - leftOnes) * weight0;
      const r = (positives - leftOnes) * weight1;
      const s = (right - positives + leftOnes) * weight0;
      const impurity = gini
        ? (p * q * (r + s) + r * s * (p + q)) / ((p + q) * (r + s))
        : entropyOf(p, q) + entropyOf(r, s);
      if (impurity < least) {
        least = impurity;
        at = k;
        atLeft = left;
        atOnes = leftOnes;
      }
    }
    if (at < 0) return;
    const missing = missingCode[column]!;
    const next = code[at + 1]!;
    best.column = column;
    // halfway between the codes that occur, so that rows that fall between them later are shared out
    best.split = next === missing ? missing - 1 : (code[at]! + next) >> 1;
    best.impurity = least;
    best.set = undefined;
    best.sums[0] = atLeft;
    best.sums[1] = atOnes;
    const seen = missingLeft || code[size - 1] === missing;
    // where no value was missing, a missing one goes the way that most rows went
    best.missingLeft = seen ? missingLeft : atLeft * 2 >= total ? 1 : 0;
  }

  return {
    width: 2,
    outputs: 1,
    begin(tree, size) {
      const { rows, payload } = tree;
      let most = 1;
      let total = 0;
      let positives = 0;
      for (let i = 0; i < size; i++) {
        const drawn = payload[i]!;
        total += drawn;
        if (drawn > most) most = drawn;
        if (y[rows[i]!] === 1) {
          positives += drawn;
          payload[i] = drawn | (drawn << 16);
        }
      }
      chunk = Math.floor(65535 / most);
      [weight0, weight1] = settings.classWeight(total - positives, positives);
    },
    sumUp(tree, from, to, sums) {
      let total = 0;
      let positives = 0;
      for (let i = from; i < to; i++) {
        total += tree.payload[i]! & 0xffff;
        positives += tree.payload[i]! >>> 16;
      }
      sums[0] = total;
      sums[1] = positives;
    },
    impurity(sums, at) {
      const p = sums[at + 1]! * weight1;
      const q = (sums[at]! - sums[at + 1]!) * weight0;
      return gini ? (p * q) / (p + q) : entropyOf(p, q);
    },
    isPure: (sums, at) => sums[at + 1] === 0 || sums[at + 1] === sums[at],
    find(tree, from, to, sums, at, order, first, last, best) {
      const total = sums[at]!;
      const positives = sums[at + 1]!;
      if (to - from <= FEW) {
        for (let i = first; i < last; i++) {
          const column = order[i]!;
          scan(column, few(tree, from, to, column), total, positives, best);
        }
        return;
      }
      let i = first;
      while (i < last) {
        // 5 columns are 3 + 2, not 4 + 1
        const group = last - i <= GROUP ? last - i : last - i < 2 * GROUP ? (last - i + 1) >> 1 : GROUP;
        const wide = total > 65535;
        const step = wide ? chunk : to - from;
        bins.fill(0);
        if (wide) {
          wideCounts.fill(0);
          wideOnes.fill(0);
        }
        for (let start = from; start < to; start += step) {
          fillCounts(codes, width, tree.rows, tree.payload, start, Math.min(to, start + step), order, i, group, bins);
          if (wide) widen();
        }
        for (let g = 0; g < group; g++) {
          const column = order[i + g]!;
          const size = missingCode[column]! + 1;
          scan(column, wide ? compactWide(g, size) : compact(g, size), total, positives, best);
        }
        i += group;
      }
    },
    cover: (sums, at) => (sums[at]! - sums[at + 1]!) * weight0 + sums[at + 1]! * weight1,
    value(sums, at, out, outAt) {
      const positive = sums[at + 1]! * weight1;
      out[outAt] = positive / (positive + (sums[at]! - sums[at + 1]!) * weight0);
    },
  };
}

/** Entropy of two weights times their sum. */
function entropyOf(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const sum = a + b;
  return -a * Math.log2(a / sum) - b * Math.log2(b / sum);
}
